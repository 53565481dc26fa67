// Open alerts of all hosts, the most urgent first, with filters.

import { ask } from "./api.js";
import { badge, cut, h, hostLink, shown, when } from "./dom.js";
import { choice, pager, incomplete } from "./fleet.js";

const LIMIT = 100;
const asked = Object.fromEntries(new URLSearchParams(location.search));
let offset = Number(asked.offset) || 0;
delete asked.offset;
let parts = null;
let last = "";

function change(name, value) {
  asked[name] = value;
  turn(0);
}

function turn(to) {
  offset = to;
  const query = new URLSearchParams(Object.entries({ ...asked, offset }).filter(([, value]) => value));
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
  return update();
}

function frame(codes) {
  parts = { rows: h("tbody", {}), pages: h("div", { class: "tools" }), note: h("div", {}) };
  let typing;
  const field = (name, label) => h("input", { type: "search", placeholder: label, "aria-label": label, value: asked[name] ?? "",
    oninput: (event) => { clearTimeout(typing); typing = setTimeout(() => change(name, event.target.value), 150); } });
  return [h("h1", {}, "Open alerts"), parts.note,
    h("div", { class: "tools" }, field("q", "Find in host, VM, headline"), field("vm", "VM, exactly"),
      choice("severity", "severity", ["", "critical", "high", "warning", "info"], null, asked.severity, (value) => change("severity", value)),
      choice("code", "code", ["", ...codes], null, asked.code, (value) => change("code", value))),
    h("div", { class: "table" }, h("table", {}, h("thead", {}, h("tr", {}, ["Severity", "Host", "What", "VMs", "Code", "Seen"].map((text) => h("th", { scope: "col" }, text)))), parts.rows)),
    parts.pages];
}

const row = (alert) => h("tr", {}, h("td", {}, badge(alert.severity)), h("td", { class: "name" }, hostLink(alert.host)),
  h("td", { class: "long", title: shown(alert.headline) }, h("div", {}, cut(alert.headline, 300))),
  h("td", { class: "brief", title: shown(alert.vms.join(", ")) }, cut(alert.vms.join(", "), 120)),
  h("td", { class: "mono" }, alert.code), h("td", {}, when(alert.taken_at)));

async function update() {
  const list = await ask("alerts", { ...asked, offset, limit: LIMIT });
  incomplete(parts.note, list);
  const now = JSON.stringify(list);
  if (now !== last) {
    last = now;
    parts.rows.replaceChildren(...(list.alerts.length ? list.alerts.map(row) : [h("tr", {}, h("td", { colspan: 6, class: "quiet" }, "No open alert is like this."))]));
  }
  pager(parts.pages, list, list.alerts.length, turn);
}

export async function show(main) {
  if (!parts) {
    const fleet = await ask("fleet");
    const content = frame([...new Set([...Object.keys(fleet.open_alerts_by_code), ...(asked.code ? [asked.code] : [])])].sort());
    await update();
    main.replaceChildren(...content);
    main.dataset.shown = "yes";
  } else {
    await update();
  }
}
