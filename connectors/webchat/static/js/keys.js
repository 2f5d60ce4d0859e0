// Keyboard: "/" writes, "?" explains; on cards of drafts j and k move, a ticks, x rejects, e edits.
const typing = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

function visibleDrafts() {
  return [...document.querySelectorAll("[data-keys=drafts] .draft")].filter((draft) => draft.checkVisibility());
}

function move(step) {
  const drafts = visibleDrafts();
  if (!drafts.length) return;
  const here = drafts.findIndex((draft) => draft.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : drafts.length - 1) : Math.min(drafts.length - 1, Math.max(0, here + step));
  drafts[next].focus();
  drafts[next].scrollIntoView({ block: "nearest" });
}

const ACTIONS = {
  a: (draft) => draft.querySelector("[data-tick]")?.click(),
  x: (draft) => draft.querySelector("[data-reject]")?.click(),
  e: (draft) => draft.querySelector("[data-edit]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "?") document.querySelector("#keys")?.showModal();
  else if (event.key === "/" && document.querySelector("#say")) document.querySelector("#say").focus();
  else if (event.key === "j" || event.key === "k") move(event.key === "j" ? 1 : -1);
  else if (event.key in ACTIONS) {
    const draft = document.activeElement.closest?.("[data-keys=drafts] .draft");
    if (!draft) return;
    ACTIONS[event.key](draft);
  } else return;
  event.preventDefault();
});
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
});
