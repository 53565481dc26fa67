// Shows the page that the address names, and looks for news every ten seconds while it is seen.

import { ask } from "./api.js";
import { exact, h, refresh, shown, when } from "./dom.js";
import * as theme from "./theme.js";
import * as fleet from "./fleet.js";
import * as alerts from "./alerts.js";
import * as host from "./host.js";

const INTERVAL = 10_000, SOON = 2_000;
const PAGES = { "/": fleet, "/alerts": alerts, "/host": host };

const main = document.getElementById("main");
const freshness = document.getElementById("freshness");
const trouble = document.getElementById("trouble");
const page = PAGES[location.pathname];
let answered = null, lost = null, last = "", timer;

for (const link of document.querySelectorAll("nav a")) {
  if (link.getAttribute("href") === location.pathname) link.setAttribute("aria-current", "page");
}
theme.start();

/** What makes the page not to be relied on, gravest first: titles, each with its lines. */
function troubles(counts) {
  const { hosts, instances, not_judging: idle, silent_instances: silent, frames_overtaken: gone } = counts;
  const found = [];
  if (idle.length) {
    found.push([idle.length < instances ? `${idle.length} of ${instances} instances do not judge all frames now` : "Not all frames are judged now",
      ...idle.map((one) => [h("code", {}, shown(one.instance)), `: ${shown(one.reason)}; since `, when(one.since), ". What is shown of its hosts may be as it was then."])]);
  }
  if (silent.length) found.push(["Not complete: hosts and alerts are missing here", [`${shown(silent.join(", "))} does not answer, has not read all of its hosts yet, or has another streams.peer.secret.`]]);
  const frames = Object.values(gone).reduce((sum, n) => sum + n, 0);
  if (frames) found.push(["Frames were lost", [`${frames.toLocaleString()} frames were deleted before they were judged, found within the last hour (partitions ${Object.keys(gone).join(", ")}). What only they showed is not known.`]]);
  if (hosts.stale && !hosts.fresh && !hosts.unknown && !idle.length) {
    found.push(["No host is heard of", [`All ${hosts.stale.toLocaleString()} hosts are silent: their collectors, or the way from them, are down. What is shown of them is old.`]]);
  }
  return found;
}

/** Told once: who listens to the page is not told again of what has not changed. */
function tell(found) {
  const now = JSON.stringify(found, (key, value) => (value instanceof Element ? value.title || value.textContent : value));
  document.documentElement.classList.toggle("old", found.length > 0);
  if (now === last) return refresh(trouble);
  last = now;
  trouble.replaceChildren(...found.map(([title, ...lines]) => h("div", { class: "banner high" }, h("div", { role: "alert" }, h("h2", {}, title)), lines.map((line) => h("p", {}, line)))));
}

async function look() {
  clearTimeout(timer);
  let found = [];
  try {
    const counts = ask("fleet");
    counts.catch(() => {}); // told below, also where the page fails first
    await page.show(main, counts);
    found = troubles(await counts);
    answered = new Date();
    lost = null;
    freshness.textContent = found.length ? "not up to date" : `as of ${answered.toLocaleTimeString()}`;
    document.getElementById("printed").textContent = `${location.href}, as of ${exact(answered.toISOString())}`;
  } catch (problem) {
    if (problem.status < 500) {
      main.replaceChildren(h("h1", {}, "Nothing to show"), h("p", {}, shown(problem.message)), h("p", {}, h("a", { href: "/" }, "All hosts")));
    } else {
      lost ??= new Date().toISOString();
      found = [[problem.status ? "This server cannot answer now" : "This server does not answer", [`${shown(problem.message)}; since `, when(lost), answered ? `. What is shown is as of ${exact(answered.toISOString())}, and nothing new comes.` : "."]]];
      if (!answered) main.replaceChildren();
    }
    freshness.textContent = "not up to date";
  }
  tell(found);
  document.documentElement.dataset.ready = "yes";
  timer = setTimeout(() => { if (document.visibilityState === "visible") look(); }, found.length ? SOON : INTERVAL);
}

if (page) {
  await look();
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });
} else {
  document.title = "No such page - acswatch";
  main.replaceChildren(h("h1", {}, "No such page"), h("p", {}, h("code", {}, shown(location.pathname)), " is not one of this server. There are ",
    h("a", { href: "/" }, "all hosts"), " and ", h("a", { href: "/alerts" }, "open alerts"), "."));
  document.documentElement.dataset.ready = "yes";
}
