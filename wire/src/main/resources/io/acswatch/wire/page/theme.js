// Light, dark, or as the system says; remembered in this browser.

const NAMES = { auto: "Theme: system", light: "Theme: light", dark: "Theme: dark" };
const ORDER = ["auto", "light", "dark"];

function stored() {
  try { return localStorage.getItem("acswatch.theme") ?? "auto"; } catch { return "auto"; }
}

function use(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  document.getElementById("theme").textContent = NAMES[theme] ?? NAMES.auto;
}

export function start() {
  let theme = stored();
  use(theme);
  document.getElementById("theme").addEventListener("click", () => {
    theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
    try { localStorage.setItem("acswatch.theme", theme); } catch { /* for this visit only */ }
    use(theme);
  });
}
