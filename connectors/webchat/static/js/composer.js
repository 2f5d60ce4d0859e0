// The message box: Enter sends unless an input method is composing; what is typed is kept until it is stored.
import { forget, grow, keep, restore } from "./keep.js";

const scroller = document.querySelector("#log-scroll");
const say = document.querySelector("#say");
const composer = document.querySelector("#composer");

function count() {
  const counter = document.querySelector("[data-counter-for=say]");
  const most = Number(say.dataset.most);
  counter.hidden = say.value.length < most * 0.8;
  counter.textContent = `${say.value.length} / ${most}`;
  counter.classList.toggle("over", say.value.length > most);
}

function fill(text) {
  say.value = text;
  keep(say);
  grow(say);
  count();
  say.focus();
}

export function toBottom() {
  if (scroller) scroller.scrollTop = scroller.scrollHeight;
}

const nearBottom = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 160;

if (composer && say) {
  if (restore(say)) count();
  grow(say);
  say.addEventListener("input", () => {
    keep(say);
    grow(say);
    count();
  });
  say.addEventListener("keydown", (event) => {
    // keyCode 229: Safari ends a composition before the keydown that confirmed it
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (say.value.trim()) composer.requestSubmit();
  });
  composer.addEventListener("htmx:after:request", (event) => {
    if (event.target !== composer || event.detail.ctx.response.status >= 400) return;
    forget(say);
    say.value = "";
    grow(say);
    count();
    document.querySelector(".hello")?.remove();
  });
  document.addEventListener("click", (event) => {
    const example = event.target.closest("[data-fill]");
    if (example) fill(example.textContent.trim());
    const choice = event.target.closest("[data-send]");
    if (choice) {
      fill(choice.dataset.send);
      composer.requestSubmit();
    }
  });
}

if (scroller) {
  scroller.style.scrollBehavior = "auto";
  toBottom();
  scroller.style.scrollBehavior = "";
  let follow = true;
  scroller.addEventListener("scroll", () => {
    follow = nearBottom();
  }, { passive: true });
  composer?.addEventListener("htmx:after:request", () => {
    follow = true;
  });
  // follows what is said while the reader is at the end, and never pulls them away from further up
  new MutationObserver(() => {
    if (follow) toBottom();
  }).observe(document.querySelector("#log"), { childList: true, subtree: true });
}
