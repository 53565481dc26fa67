// Shows the page that the address names, and looks for news every ten seconds while it is seen.

import { h } from "./dom.js";
import * as theme from "./theme.js";
import * as fleet from "./fleet.js";
import * as alerts from "./alerts.js";
import * as host from "./host.js";

const INTERVAL = 10_000;
const PAGES = { "/": fleet, "/alerts": alerts, "/host": host };

const main = document.getElementById("main");
const freshness = document.getElementById("freshness");
const page = PAGES[location.pathname] ?? fleet;

for (const link of document.querySelectorAll("nav a")) {
  if (link.getAttribute("href") === location.pathname) link.setAttribute("aria-current", "page");
}
theme.start();

async function look() {
  try {
    await page.show(main);
    freshness.textContent = `as of ${new Date().toLocaleTimeString()}`;
    freshness.className = "";
  } catch (problem) {
    freshness.textContent = `no news: ${problem.message}`;
    freshness.className = "high";
    if (!main.dataset.shown) {
      main.replaceChildren(h("div", { class: "banner high" }, h("h2", {}, "Nothing to show"), h("p", {}, problem.message)));
    }
  }
  document.documentElement.dataset.ready = "yes";
}

await look();
setInterval(() => { if (document.visibilityState === "visible") look(); }, INTERVAL);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });
