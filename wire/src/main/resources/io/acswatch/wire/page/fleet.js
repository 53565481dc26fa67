// All hosts, the most urgent first: counts, filters, a table of one page at a time.

import { ask } from "./api.js";
import { badge, cut, h, hostLink, refresh, shown, when } from "./dom.js";
import { shared } from "./incidents.js";
import { kernels } from "./kernels.js";

const LIMIT = 100;
const SEVERITIES = ["critical", "high", "warning", "info"];
const STATUSES = ["fresh", "stale", "unknown"];

/** Columns, by what they are sorted and in which direction. */
const COLUMNS = [["Host", "host", "ascending"], ["State"], ["Alerts", "urgency", "descending"], ["What"], ["Heard", "heard", "ascending"], ["Kernel"], ["Functions", "functions", "descending"], ["Groups"], ["VMs"]];
const NUMBERS = ["Functions", "Groups", "VMs"];
const FILTERS = ["q", "status", "severity", "sort", "all"];

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
  parts = { counts: h("div", { class: "counts" }), columns: h("tr", {}), rows: h("tbody", {}), pages: h("div", { class: "tools" }), told: h("p", { class: "quiet" }), incidents: h("div", {}), kernels: h("div", {}) };
  let typing;
  const search = h("input", { type: "search", placeholder: "Find a host", "aria-label": "Find a host", value: asked.q ?? "",
    oninput: (event) => { clearTimeout(typing); typing = setTimeout(() => change("q", event.target.value), 150); } });
  columns();
  return [
    h("h1", {}, "Hosts"), parts.counts, parts.incidents,
    h("div", { class: "tools" }, search,
      choice("status", "status", ["", ...STATUSES], null, asked.status, (value) => change("status", value)),
      choice("with alerts", "severity", ["", ...SEVERITIES], { "": "any or none" }, asked.severity, (value) => change("severity", value))),
    parts.told, h("div", { class: "table cards" }, h("table", {}, h("thead", {}, parts.columns), parts.rows)),
    parts.pages, parts.kernels];
}

function columns() {
  const sort = asked.sort || "urgency";
  parts.columns.replaceChildren(...COLUMNS.map(([text, by, direction]) =>
    h("th", { scope: "col", class: NUMBERS.includes(text) ? "number" : null, "aria-sort": by === sort ? direction : null },
      by ? h("button", { type: "button", onclick: () => { change("sort", by === "urgency" ? "" : by); columns(); parts.columns.querySelector("[aria-sort] button").focus(); } }, text) : text)));
}

function counts(fleet) {
  // What is not loaded is not zero.
  const lacks = fleet.silent_instances.length > 0;
  const shows = (number) => (lacks ? (number ? `${number.toLocaleString()}+` : "?") : number.toLocaleString());
  const count = (number, text, kind, href) => h("a", { class: `count ${kind} ${number ? "" : "zero"}`, href, "aria-current": href === location.pathname + location.search ? "true" : null }, h("b", {}, shows(number)), text);
  parts.counts.replaceChildren(
    count(fleet.open_alerts.critical, "critical alerts", "critical", "/alerts?severity=critical"),
    count(fleet.open_alerts.high, "high alerts", "high", "/alerts?severity=high"),
    count(fleet.open_alerts.warning, "warnings", "", "/alerts?severity=warning"),
    count(fleet.hosts.fresh, "hosts fresh", "", "/?status=fresh"),
    count(fleet.hosts.stale, "hosts stale", "", "/?status=stale"),
    count(fleet.hosts.unknown, "hosts unknown", "", "/?status=unknown"));
}

/** What is wrong, and the port and the bits at fault; in the list of alerts too. */
export const what = (alert) => h("td", { class: "long", title: alert.headline && shown(alert.headline) }, h("div", {}, alert.headline ? cut(alert.headline, 300) : ""),
  alert.port ? h("p", { class: "mono" }, `port ${alert.port}${alert.bits.length ? `, bits ${alert.bits.join(" ")}` : ""}`) : null);

function row(host) {
  return h("tr", {}, h("td", { class: "name" }, hostLink(host.host)), h("td", { class: `state ${host.status}` }, host.status),
    h("td", { class: "badges" }, host.worst ? [badge(host.worst), host.open_alerts > 1 ? h("span", { class: "quiet" }, ` of ${host.open_alerts}`) : null] : h("span", { class: "quiet" }, "none")),
    what(host), h("td", { "data-label": "heard" }, when(host.heard_at)),
    h("td", { class: "mono brief", "data-label": "kernel", title: shown(host.kernel_release) }, cut(host.kernel_release, 60)),
    NUMBERS.map((name) => h("td", { class: "number", "data-label": name.replace(/^[FG]/, (letter) => letter.toLowerCase()) }, host[name.toLowerCase()].toLocaleString())));
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

/** Hosts that share a cause are told in one line each, and listed one by one only when somebody looks for them. */
async function update(fleet = ask("fleet")) {
  const lines = shared(parts.incidents);
  const known = kernels(parts.kernels);
  const apart = !FILTERS.some((name) => asked[name]);
  const without = apart ? (await lines).join(",") : "";
  const { all, ...filters } = asked;
  const list = await ask("hosts", { ...filters, without, offset, limit: LIMIT });
  const sums = await fleet;
  await Promise.all([lines, known]);
  counts(sums);
  const told = apart ? Object.values(sums.hosts).reduce((a, b) => a + b) - list.total : 0;
  parts.told.replaceChildren(...(told > 0 ? [`${told.toLocaleString()} host${told === 1 ? " is" : "s are"} told of above. `, h("a", { href: "?all=1" }, "List them too")] : []));
  const now = JSON.stringify(list);
  if (now !== last || !parts.rows.firstChild) {
    last = now;
    parts.rows.replaceChildren(...list.hosts.map(row));
    if (!list.total) {
      const filtered = asked.q || asked.status || asked.severity;
      parts.rows.replaceChildren(h("tr", {}, h("td", { colspan: 9, class: "quiet" },
        filtered ? "No host is like this." : told > 0 ? "No other host." : list.silent_instances.length ? "No host is loaded yet." : "No host was heard of yet. Start the collector on one: acswatch collect --bootstrap-servers ...")));
    }
  } else {
    refresh(parts.rows);
  }
  pager(parts.pages, list, list.hosts.length, turn);
}

export async function show(main, fleet) {
  if (!main.contains(parts?.rows)) {
    const content = frame();
    await update(fleet);
    main.replaceChildren(...content);
  } else {
    await update(fleet);
  }
}
