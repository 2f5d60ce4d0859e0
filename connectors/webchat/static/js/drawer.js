// The side menu of a phone, and choices that submit themselves.
const body = document.body;

function show(open) {
  body.classList.toggle("drawer-open", open);
  const opener = document.querySelector('[data-drawer="open"]');
  opener?.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector("#side a, #side button")?.focus();
  else opener?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-drawer]");
  if (button) show(button.dataset.drawer === "open");
  else if (body.classList.contains("drawer-open") && !event.target.closest("#side")) show(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && body.classList.contains("drawer-open")) show(false);
});
document.addEventListener("change", (event) => {
  event.target.closest("[data-submit-on-change]")?.requestSubmit();
});
