// Questions before what cannot be undone, notices that fade, and lost connections.
const ask = document.querySelector("#ask");
const toasts = document.querySelector("#toasts");
const FADE = 9000;

function notice(text, bad) {
  const toast = document.createElement("div");
  toast.className = bad ? "toast toast-bad" : "toast";
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "icon-button";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", document.body.dataset.close);
  close.textContent = "×";
  toast.append(words, close);
  toasts.append(toast);
  if (!bad) setTimeout(() => toast.remove(), FADE);
}

document.addEventListener("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  if (!ctx.confirm || !ask) return;
  event.preventDefault();
  ask.querySelector("#ask-text").textContent = ctx.confirm;
  ask.returnValue = "no";
  ask.addEventListener("close", () => (ask.returnValue === "yes" ? issueRequest() : dropRequest()), { once: true });
  ask.showModal();
  ask.querySelector("[data-yes]").focus();
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx && toasts) notice(document.body.dataset.lost, true);
});
document.addEventListener("daren:say", (event) => notice(event.detail, false));
document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".toast").remove();
});
if (toasts) {
  new MutationObserver((changes) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      if (node.matches?.("[data-fades]")) setTimeout(() => node.remove(), FADE);
    }
  }).observe(toasts, { childList: true });
}
