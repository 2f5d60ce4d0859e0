// The send list: its keys, the text that goes to the clipboard once the desk has handed it out, and where one was.
const typing = (target) => target.closest?.("input:not([type=hidden]), textarea, select, [contenteditable]");
const items = () => [...document.querySelectorAll("[data-keys=hand] .hand")];
const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

function go(step) {
  const all = items();
  const here = all.findIndex((item) => item.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + step));
  all[next]?.focus();
  all[next]?.scrollIntoView({ block: "nearest" });
}

function say(text) {
  document.dispatchEvent(new CustomEvent("daren:say", { detail: text }));
}

// A browser that keeps its clipboard shut still shows the text, selected.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text.dataset.exact);
    say(document.body.dataset.copied);
  } catch {
    getSelection()?.selectAllChildren(text);
  }
}

document.addEventListener("keydown", (event) => {
  if (!document.querySelector("[data-keys=hand]")) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key in STEPS) go(STEPS[event.key]);
  else {
    const item = document.activeElement.closest?.("[data-keys=hand] .hand");
    const button = "co123".includes(event.key) && item?.querySelector(`[data-key="${event.key}"]`);
    if (!button) return;
    button.click();
  }
  event.preventDefault();
});
let order = [];
document.addEventListener("htmx:before:swap", () => {
  if (document.querySelector("#send-list")) order = items().map((item) => item.dataset.hand);
});
// the list came anew: back to the item, or to the one that followed it
document.addEventListener("htmx:after:swap", () => {
  const list = document.querySelector("#send-list[data-at]");
  if (!list) return;
  const was = order.indexOf(list.dataset.at);
  const near = [list.dataset.at, ...order.slice(was + 1), ...order.slice(0, Math.max(was, 0)).reverse()];
  const found = near.map((id) => document.getElementById(`hand-item-${id}`)).find((item) => item);
  list.removeAttribute("data-at");
  // somebody quick has gone on already: where they are now counts
  if (!items().some((item) => item.contains(document.activeElement))) found?.focus();
  const copied = list.querySelector("[data-copied] [data-exact]");
  if (copied) copy(copied);
});
