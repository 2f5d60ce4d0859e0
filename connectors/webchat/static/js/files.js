// A file picked or dropped into the chat is staged above the message box until its kind is chosen.
const form = document.querySelector("#upload");
const input = document.querySelector("#file");
const TAKEN = /\.(csv|tsv|xlsx?)$/i;

function stage() {
  const file = input.files[0];
  form.hidden = !file;
  form.querySelector("[data-staged-name]").textContent = file ? file.name : "";
  if (file) form.querySelector("button").focus();
}

if (form && input) {
  input.addEventListener("change", stage);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-pick]")) input.click();
    if (event.target.closest("[data-unstage]")) {
      form.reset();
      stage();
    }
  });
  const zone = document.querySelector(".main-chat");
  zone.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    zone.classList.add("dropping");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("dropping"));
  zone.addEventListener("drop", (event) => {
    zone.classList.remove("dropping");
    const file = [...event.dataTransfer.files].find((candidate) => TAKEN.test(candidate.name));
    if (!file) return;
    event.preventDefault();
    const moved = new DataTransfer();
    moved.items.add(file);
    input.files = moved.files;
    stage();
  });
  form.addEventListener("htmx:after:request", (event) => {
    if (event.target !== form || event.detail.ctx.response.status >= 400) return;
    form.reset();
    stage();
  });
}
