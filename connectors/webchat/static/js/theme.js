// Light, dark or as the system says. The choice is a cookie, so that the server renders the right one at once.
const root = document.documentElement;
const YEAR = 31536000;

function choose(theme) {
  root.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `daren_theme=${theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeSet === theme));
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-toggle]")) {
    const systemDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const isDark = root.dataset.theme === "dark" || (root.dataset.theme === "auto" && systemDark);
    choose(isDark ? "light" : "dark");
  }
  const set = event.target.closest("[data-theme-set]");
  if (set) choose(set.dataset.themeSet);
});
