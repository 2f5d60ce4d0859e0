// Draft cards: ticks and their count, the editor on either side, copying; older cards of a batch fold away.
import { forget, grow, keep, restore } from "./keep.js";
import { sure } from "./notices.js";

function recount(card) {
  const ticks = [...card.querySelectorAll("[data-tick]")];
  const chosen = ticks.filter((tick) => tick.checked).length;
  const said = card.querySelector("[data-tick-count]");
  if (said) said.textContent = chosen ? said.dataset.some.replace("#", chosen) : said.dataset.none;
  for (const button of card.querySelectorAll("[data-needs-tick]")) button.disabled = chosen === 0;
}

function toggle(editor, open) {
  const draft = editor.closest(".draft");
  editor.hidden = !open;
  draft.querySelector("[data-sides]").hidden = open;
  const opener = draft.querySelector("[data-edit]");
  opener?.setAttribute("aria-expanded", String(open));
  if (open) for (const field of editor.querySelectorAll("[data-grow]")) grow(field);
  return opener;
}

function foldOlder(card) {
  const log = card.closest("#log");
  if (!log) return;
  for (const other of log.querySelectorAll(`.drafts[data-batch="${CSS.escape(card.dataset.batch)}"]`)) {
    if (other === card) return;
    const fold = document.createElement("p");
    fold.className = "fold muted";
    fold.textContent = log.dataset.fold.replace("#", card.dataset.batch);
    other.replaceWith(fold);
  }
}

function prepare(root) {
  const cards = root.matches?.(".drafts") ? [root] : [...root.querySelectorAll(".drafts")];
  for (const card of cards) {
    if (card.dataset.ready) continue;
    card.dataset.ready = "yes";
    foldOlder(card);
    recount(card);
    for (const editor of card.querySelectorAll(".editor")) {
      const fields = [...editor.querySelectorAll("[data-keep]")];
      if (fields.filter((field) => restore(field)).length) toggle(editor, true);
    }
  }
}

// htmx may have gone over the page before this module came
prepare(document);
document.addEventListener("htmx:after:process", (event) => prepare(event.target));
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick]")) recount(event.target.closest(".drafts"));
});
document.addEventListener("input", (event) => {
  if (!event.target.matches(".editor [data-keep]")) return;
  keep(event.target);
  grow(event.target);
});
// a rejection is for good, and its button lies beside others: asked first
document.addEventListener("click", async (event) => {
  const reject = event.target.closest("[data-sure]");
  if (!reject) return;
  event.preventDefault();
  if (await sure(reject.dataset.sure)) reject.form.requestSubmit(reject);
});
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-edit]");
  if (opener) {
    const editor = document.getElementById(opener.dataset.edit);
    toggle(editor, editor.hidden);
    if (!editor.hidden) editor.querySelector("[data-grow]").focus();
  }
  const cancel = event.target.closest("[data-edit-cancel]");
  if (cancel) {
    const editor = cancel.closest(".editor");
    editor.reset();
    for (const field of editor.querySelectorAll("[data-keep]")) forget(field);
    toggle(editor, false)?.focus();
  }
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    // a draft's button names its text; a card with one text copies that
    const text = document.getElementById(copy.dataset.copy) ?? copy.closest(".card").querySelector(".message");
    navigator.clipboard?.writeText(text.textContent).then(() => {
      document.dispatchEvent(new CustomEvent("daren:say", { detail: document.body.dataset.copied }));
    });
  }
});
// a saved edit is stored: what was kept of it is no longer needed, and the reader stays where they were
document.addEventListener("htmx:before:swap", (event) => {
  const editor = event.detail.ctx.sourceElement;
  if (!editor?.matches?.(".editor") || event.detail.ctx.response.status !== 200) return;
  if (event.detail.ctx.hx.trigger !== "daren:edited") return;
  for (const field of editor.querySelectorAll("[data-keep]")) forget(field);
});
document.addEventListener("htmx:after:swap", (event) => {
  const source = event.detail.ctx.sourceElement;
  if (source?.matches?.(".drafts") && event.detail.ctx.swap.startsWith("outerHTML")) {
    const saved = source.querySelector(".saved")?.closest(".draft");
    (saved ?? source.querySelector("h3"))?.focus({ preventScroll: !saved });
  }
});
