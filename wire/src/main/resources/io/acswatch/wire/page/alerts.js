// Open alerts of all hosts, the most urgent first, with filters.

import { ask } from "./api.js";
import { badge, cut, h, hostLink, refresh, shown, when } from "./dom.js";
import { choice, pager, what } from "./fleet.js";

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
  parts = { rows: h("tbody", {}), pages: h("div", { class: "tools" }) };
  let typing;
  const field = (name, label) => h("input", { type: "search", placeholder: label, "aria-label": label, value: asked[name] ?? "",
    oninput: (event) => { clearTimeout(typing); typing = setTimeout(() => change(name, event.target.value), 150); } });
  return [h("h1", {}, "Open alerts"),
    h("div", { class: "tools" }, field("q", "Find in host, VM, headline"), field("vm", "VM, exactly"),
      choice("severity", "severity", ["", "critical", "high", "warning", "info"], null, asked.severity, (value) => change("severity", value)),
      choice("code", "code", ["", ...codes], null, asked.code, (value) => change("code", value))),
    h("div", { class: "table cards" }, h("table", {}, h("thead", {}, h("tr", {}, ["Severity", "Host", "What", "VMs", "Code", "Open since"].map((text) => h("th", { scope: "col" }, text)))), parts.rows)),
    parts.pages];
}

const row = (alert) => h("tr", {}, h("td", {}, badge(alert.severity)), h("td", { class: "name" }, hostLink(alert.host)),
  what(alert), h("td", { class: "brief", "data-label": "VMs", title: shown(alert.vms.join(", ")) }, cut(alert.vms.join(", "), 120)),
  h("td", { class: "mono" }, alert.code), h("td", { "data-label": "open since" }, when(alert.raised_at ?? alert.taken_at)));

async function update() {
  const list = await ask("alerts", { ...asked, offset, limit: LIMIT });
  const now = JSON.stringify(list);
  if (now !== last) {
    last = now;
    parts.rows.replaceChildren(...(list.alerts.length ? list.alerts.map(row) : [h("tr", {}, h("td", { colspan: 6, class: "quiet" }, list.silent_instances.length ? "No alert is loaded yet." : "No open alert is like this."))]));
  } else {
    refresh(parts.rows);
  }
  pager(parts.pages, list, list.alerts.length, turn);
}

export async function show(main, fleet) {
  if (!main.contains(parts?.rows)) {
    const content = frame([...new Set([...Object.keys((await fleet).open_alerts_by_code), ...(asked.code ? [asked.code] : [])])].sort());
    await update();
    main.replaceChildren(...content);
  } else {
    await update();
  }
}
