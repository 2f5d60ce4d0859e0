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

export function sure(text) {
  ask.querySelector("#ask-text").textContent = text;
  ask.returnValue = "no";
  ask.showModal();
  ask.querySelector("[data-yes]").focus();
  return new Promise((answer) => {
    ask.addEventListener("close", () => answer(ask.returnValue === "yes"), { once: true });
  });
}

document.addEventListener("htmx:confirm", async (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  if (!ctx.confirm || !ask) return;
  event.preventDefault();
  if (await sure(ctx.confirm)) issueRequest();
  else dropRequest();
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx && toasts && !event.target.matches?.("[hx-sse\\:connect]")) notice(document.body.dataset.lost, true);
});
// what was pressed is gone with its answer: whoever pressed it goes on where the answer says what came of it
document.addEventListener("htmx:after:swap", (event) => {
  const [next, ...others] = document.querySelectorAll("[data-focus]");
  for (const each of [next, ...others]) each?.removeAttribute("data-focus");
  next?.focus({ preventScroll: true });
  if (event.detail.ctx.sourceElement?.id === "main") document.querySelector("#main")?.focus({ preventScroll: true });
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
