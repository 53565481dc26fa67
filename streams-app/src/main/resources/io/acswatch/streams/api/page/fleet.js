// All hosts, the most urgent first: counts, filters, a table of one page at a time.

import { ask } from "./api.js";
import { badge, cut, h, hostLink, shown, when } from "./dom.js";
import { incidents } from "./incidents.js";
import { kernels } from "./kernels.js";

const LIMIT = 100;
const SEVERITIES = ["critical", "high", "warning", "info"];
const STATUSES = ["fresh", "stale", "unknown"];

/** Columns, by what they are sorted and in which direction. */
const COLUMNS = [["Host", "host", "ascending"], ["State"], ["Alerts", "urgency", "descending"], ["What"], ["Heard", "heard", "ascending"], ["Kernel"], ["Functions", "functions", "descending"], ["Groups"], ["VMs"]];
const NUMBERS = ["Functions", "Groups", "VMs"];

const asked = Object.fromEntries(new URLSearchParams(location.search));
let offset = Number(asked.offset) || 0;
delete asked.offset;
let parts = null;
let last = "";

function remember() {
  const query = new URLSearchParams(Object.entries({ ...asked, offset }).filter(([, value]) => value));
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
}

function change(name, value) {
  asked[name] = value;
  turn(0);
}

function turn(to) {
  offset = to;
  remember();
  return update();
}

export function choice(label, name, values, names, current, changed) {
  return h("label", {}, h("span", { class: "quiet" }, `${label} `),
    h("select", { name, onchange: (event) => changed(event.target.value) },
      values.map((value) => h("option", { value, selected: value === (current ?? "") }, names?.[value] ?? (value || "all")))));
}

function frame() {
  parts = { counts: h("div", { class: "counts" }), columns: h("tr", {}), rows: h("tbody", {}), pages: h("div", { class: "tools" }), note: h("div", {}), incidents: h("div", {}), kernels: h("div", {}) };
  let typing;
  const search = h("input", { type: "search", placeholder: "Find a host", "aria-label": "Find a host", value: asked.q ?? "",
    oninput: (event) => { clearTimeout(typing); typing = setTimeout(() => change("q", event.target.value), 150); } });
  columns();
  return [
    h("h1", {}, "Hosts"), parts.counts, parts.note, parts.incidents,
    h("div", { class: "tools" }, search,
      choice("status", "status", ["", ...STATUSES], null, asked.status, (value) => change("status", value)),
      choice("with alerts", "severity", ["", ...SEVERITIES], { "": "any or none" }, asked.severity, (value) => change("severity", value))),
    h("div", { class: "table" }, h("table", {}, h("thead", {}, parts.columns), parts.rows)),
    parts.pages, parts.kernels];
}

function columns() {
  const sort = asked.sort || "urgency";
  parts.columns.replaceChildren(...COLUMNS.map(([text, by, direction]) =>
    h("th", { scope: "col", class: NUMBERS.includes(text) ? "number" : null, "aria-sort": by === sort ? direction : null },
      by ? h("button", { type: "button", onclick: () => { change("sort", by === "urgency" ? "" : by); columns(); parts.columns.querySelector("[aria-sort] button").focus(); } }, text) : text)));
}

function counts(fleet) {
  const count = (number, text, kind, href) => h("a", { class: `count ${kind} ${number ? "" : "zero"}`, href, "aria-current": href === location.pathname + location.search ? "true" : null }, h("b", {}, number.toLocaleString()), text);
  parts.counts.replaceChildren(
    count(fleet.open_alerts.critical, "critical alerts", "critical", "/alerts?severity=critical"),
    count(fleet.open_alerts.high, "high alerts", "high", "/alerts?severity=high"),
    count(fleet.open_alerts.warning, "warnings", "", "/alerts?severity=warning"),
    count(fleet.hosts.fresh, "hosts fresh", "", "/?status=fresh"),
    count(fleet.hosts.stale, "hosts stale", "", "/?status=stale"),
    count(fleet.hosts.unknown, "hosts unknown", "", "/?status=unknown"));
}

function row(host) {
  return h("tr", {}, h("td", { class: "name" }, hostLink(host.host)), h("td", { class: `state ${host.status}` }, host.status),
    h("td", { class: "badges" }, host.worst ? [badge(host.worst), host.open_alerts > 1 ? h("span", { class: "quiet" }, ` of ${host.open_alerts}`) : null] : h("span", { class: "quiet" }, "none")),
    h("td", { class: "long", title: host.headline && shown(host.headline) }, h("div", {}, host.headline ? cut(host.headline, 300) : "")), h("td", {}, when(host.heard_at)),
    h("td", { class: "mono brief", title: shown(host.kernel_release) }, cut(host.kernel_release, 60)),
    [host.functions, host.groups, host.vms].map((number) => h("td", { class: "number" }, number.toLocaleString())));
}

export function pager(element, list, shownNow, go) {
  const to = Math.min(list.total, list.offset + shownNow);
  const focused = element.contains(document.activeElement) ? document.activeElement.textContent : null;
  element.replaceChildren(
    h("button", { type: "button", disabled: list.offset === 0, onclick: () => go(Math.max(0, list.offset - list.limit)) }, "Back"),
    h("span", { class: "quiet" }, list.total ? `${(list.offset + 1).toLocaleString()} to ${to.toLocaleString()} of ${list.total.toLocaleString()}` : "none"),
    h("button", { type: "button", disabled: to >= list.total, onclick: () => go(list.offset + list.limit) }, "Next"));
  // Who turns pages by keyboard keeps the button.
  if (focused) [...element.querySelectorAll("button")].find((button) => button.textContent === focused)?.focus();
}

export function incomplete(element, list) {
  element.replaceChildren(...(list.silent_instances.length
    ? [h("div", { class: "banner high" }, h("p", {}, `Not complete: ${shown(list.silent_instances.join(", "))} does not answer, or has not read all of its hosts yet.`))] : []));
}

async function update() {
  const [fleet, list] = await Promise.all([ask("fleet"), ask("hosts", { ...asked, offset, limit: LIMIT }), incidents(parts.incidents), kernels(parts.kernels)]);
  counts(fleet);
  incomplete(parts.note, list);
  const now = JSON.stringify(list);
  if (now !== last || !parts.rows.firstChild) {
    last = now;
    parts.rows.replaceChildren(...list.hosts.map(row));
    if (!list.total) {
      const filtered = asked.q || asked.status || asked.severity;
      parts.rows.replaceChildren(h("tr", {}, h("td", { colspan: 9, class: "quiet" },
        filtered ? "No host is like this." : list.silent_instances.length ? "No host is loaded yet." : "No host was heard of yet. Start the collector on one: acswatch collect --bootstrap-servers ...")));
    }
  } else {
    for (const time of parts.rows.querySelectorAll("time")) time.textContent = when(time.dateTime).textContent;
  }
  pager(parts.pages, list, list.hosts.length, turn);
}

export async function show(main) {
  if (!parts) {
    const content = frame();
    await update();
    main.replaceChildren(...content);
    main.dataset.shown = "yes";
  } else {
    await update();
  }
}
