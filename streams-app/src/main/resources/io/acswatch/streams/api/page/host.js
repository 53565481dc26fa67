// One host: what is wrong and what to do, the tree before and after, why it is so.

import { ask } from "./api.js";
import { badge, h, hex, shown, when } from "./dom.js";
import { build, fold, mark } from "./model.js";
import { draw, kind, legend, vms } from "./tree.js";
import { download } from "./picture.js";

const id = new URLSearchParams(location.search).get("id") ?? "";
const PARTITIONS = { k: ["K: kernel", "what the kernel reports"], l: ["L: rules", "what its rules make of the registers"], s: ["S: hardware", "what the hardware keeps apart"] };
const ORDER = ["critical", "high", "warning", "info"];

let last = "";
let host = null;
let view = null;
let board, details, why, legendAt;

const urgent = (alerts) => [...alerts].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));

function register(cause) {
  if (!cause?.port) return null;
  return `${cause.port_type.replaceAll("-", " ")} ${cause.port}, ACS Control at 0x${hex(cause.register_offset, 3)}: ${hex(cause.before, 4)} to ${hex(cause.after, 4)}, ${cause.bits.join(" ")}`;
}

function banner(alert) {
  return h("section", { class: `banner ${alert.severity}` }, h("h2", {}, badge(alert.severity), " ", shown(alert.headline)),
    alert.cause ? h("p", {}, shown(alert.cause.explanation)) : null,
    h("dl", {}, register(alert.cause) ? [h("dt", {}, "At fault"), h("dd", { class: "mono" }, register(alert.cause))] : null,
      h("dt", {}, "Next"), h("dd", {}, shown(alert.next_step)),
      h("dt", {}, "Alert"), h("dd", { class: "quiet" }, `${alert.code}, seen `, when(alert.taken_after), `, revision ${alert.revision}, `, h("code", {}, alert.fingerprint))));
}

function head() {
  const now = host.after;
  return h("div", {}, h("h1", {}, shown(host.host)), h("div", { class: "facts" },
    h("span", { class: host.status ?? "" }, host.status ?? ""), h("span", {}, "heard ", when(host.heard_at)),
    h("span", {}, `kernel ${shown(now.kernel_release)}`), h("span", {}, now.boot_class.toLowerCase().replaceAll("_", " ")),
    h("span", {}, `${now.functions.length.toLocaleString()} functions, ${now.kernel_groups ?? "no"} groups`),
    h("span", { title: now.model_reason }, `rules ${now.model}`)));
}

function alertsOf() {
  const alerts = urgent(host.alerts);
  if (!alerts.length) return h("p", { class: "fresh" }, "No open alert.");
  const rest = alerts.slice(1);
  return h("div", {}, banner(alerts[0]), rest.length ? h("details", {}, h("summary", {}, `${rest.length} more: ${[...new Set(rest.map((alert) => alert.code))].join(", ")}`), rest.map(banner)) : null);
}

function tools() {
  const zoom = (factor) => { view.zoom = Math.min(3, Math.max(0.3, view.zoom * factor)); render(); };
  const all = (open) => { for (const node of view.model.nodes.values()) node.open = open; for (const bus of view.model.root.children) bus.open = true; render(); };
  return h("div", { class: "tools" },
    h("div", { class: "segment", role: "group", "aria-label": "Which groups" }, Object.entries(PARTITIONS).map(([key, [name, words]]) =>
      h("button", { type: "button", title: words, "aria-pressed": String(view.key === key), "data-key": key, onclick: () => choose(key) }, name))),
    h("span", { class: "quiet", id: "partition" }, PARTITIONS[view.key][1]),
    h("span", { class: "grow" }),
    h("button", { type: "button", onclick: () => all(true) }, "Unfold all"),
    h("button", { type: "button", onclick: () => { fold(view.model); render(); } }, "Fold the rest"),
    h("button", { type: "button", "aria-label": "Smaller", onclick: () => zoom(1 / 1.2) }, "−"),
    h("button", { type: "button", "aria-label": "Larger", onclick: () => zoom(1.2) }, "+"),
    h("button", { type: "button", onclick: () => { view.zoom = 1; render(); } }, "Fit"),
    h("button", { type: "button", id: "download", onclick: () => download(board.querySelector("svg"), host.host, caption()) }, "Save picture (SVG)"),
    h("button", { type: "button", onclick: () => print() }, "Print"));
}

function caption() {
  const top = urgent(host.alerts)[0];
  return [top ? top.headline : "no open alert", `acswatch, ${host.after.taken_at ?? "time unknown"}, groups: ${PARTITIONS[view.key][1]}`];
}

function choose(key) {
  view.key = key;
  for (const button of document.querySelectorAll("[data-key]")) button.setAttribute("aria-pressed", String(button.dataset.key === key));
  document.getElementById("partition").textContent = PARTITIONS[key][1];
  mark(view.model, host, view.weakPoints, key);
  render();
}

/** What is at fault is seen without a search, also in a host of a thousand functions. */
function toTheFault() {
  const fault = board.querySelector(".fault");
  if (fault) board.scrollTop = Math.max(0, Number(fault.getAttribute("cy")) * view.zoom - 120);
}

function render(focus = false) {
  view.width = Math.max(host.before ? 1120 : 640, board.clientWidth - 2 || 1240);
  const { scrollTop, scrollLeft } = board;
  board.replaceChildren(draw(view));
  board.scrollTo(scrollLeft, scrollTop);
  if (focus) {
    const row = board.querySelector(".row.selected");
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }
}

function pick(node, row, open) {
  const again = node === view.selected;
  view.selected = node;
  if (open && node.children.length && (again || !node.open)) node.open = !node.open;
  render(true);
  if (!again) describe(node);
}

function fact(name, values, mono) {
  const [then, now] = values.map((value) => (value === null || value === undefined || value === "" ? "-" : shown(value)));
  return h("tr", {}, h("th", { scope: "row" }, name), host.before ? h("td", { class: mono ? "mono" : "" }, then) : null,
    h("td", { class: `${mono ? "mono" : ""} ${host.before && then !== now ? "high" : ""}` }, now));
}

async function describe(node) {
  if (!node.any) return details.replaceChildren();
  const both = (read) => [node.before && read(node.before), node.after && read(node.after)];
  const table = h("table", {}, h("thead", {}, h("tr", {}, h("th", {}), host.before ? h("th", {}, "before") : null, h("th", {}, host.before ? "after" : "now"))), h("tbody", {},
    fact("address", both((fn) => fn.address), true),
    fact("is", both((fn) => `${kind(fn)}, ${hex(fn.vendor, 4)}:${hex(fn.device, 4)}`)),
    fact("driver", both((fn) => fn.driver)), fact("VM", both((fn) => fn.owner)),
    fact("isolates", both((fn) => fn.isolates)), fact("read", both((fn) => fn.read.toLowerCase().replaceAll("_", " "))),
    fact("ACS control", both((fn) => fn.acs && `${hex(fn.acs.control, 4)} ${fn.acs.control_flags.join(" ")}`), true),
    fact("ACS capability", both((fn) => fn.acs && `${hex(fn.acs.capability, 4)} ${fn.acs.capability_flags.join(" ")}`), true),
    fact("kernel's group", both((fn) => fn.group === null ? "none" : `${fn.group} ${fn.group_type ?? ""}`)),
    fact("place", both((fn) => fn.path), true)));
  const steps = h("div", {}, h("p", { class: "quiet" }, "Asking why"));
  details.replaceChildren(h("h2", {}, `${kind(node.any)} ${node.any.address}`), h("div", { class: "panel" }, h("div", { class: "table" }, table), steps));
  if (node.weak) steps.before(h("p", { class: "high" }, weakness(node.weak)));
  if (!node.after) return steps.replaceChildren(h("p", {}, "It is gone."));
  try {
    const told = await ask("host/explanation", { id, function: node.after.address });
    if (view.selected === node) steps.replaceChildren(...explained(told.first));
  } catch (problem) {
    steps.replaceChildren(h("p", { class: "high" }, problem.message));
  }
}

const weakness = (point) => `Weak point: if ${point.functions.join(", ")} lost one of ${point.bits.join(", ")}, the next kernel to adopt its registers would put ${shown(point.vms.join(", "))} into one group.`;

function explained(told) {
  return [h("p", {}, `${told.function} is in a group of ${told.group.length}${told.kernel_agrees ? "" : ", by the rules; the kernel reports another group"}. Step by step:`),
    h("ol", { class: "steps" }, told.steps.map((step) => h("li", {}, shown(step.text))))];
}

/** Of the most urgent merge: why the first devices of two VMs are together. */
async function explainMerge() {
  const merge = urgent(host.alerts).find((alert) => alert.code.startsWith("GROUP_MERGED") && alert.devices.length > 1);
  if (!merge) {
    const points = (view.weakPoints ?? []).slice(0, 8).map((point) => h("li", {}, weakness(point)));
    why.replaceChildren(...(points.length ? [h("h2", {}, "Weak points"), h("ul", {}, points)] : []));
    return;
  }
  const first = merge.devices[0];
  const second = merge.devices.find((device) => device.owner !== first.owner) ?? merge.devices[1];
  const pair = await ask("host/explanation", { id, function: first.address, with: second.address });
  why.replaceChildren(h("h2", {}, `Why ${first.address}${first.owner ? ` (${shown(first.owner)})` : ""} and ${second.address}${second.owner ? ` (${shown(second.owner)})` : ""} ${pair.together ? "share a group" : "are apart by the rules"}`),
    h("p", {}, shown(merge.cause?.explanation ?? "")), ...explained(pair.first), ...explained(pair.second));
}

export async function show(main) {
  const news = await ask("host", { id });
  const text = JSON.stringify({ ...news, heard_at: null, status: null });
  if (text === last) {
    host.heard_at = news.heard_at;
    host.status = news.status;
    main.firstElementChild.replaceWith(head());
    return;
  }
  last = text;
  host = news;
  document.title = `${shown(host.host)} - acswatch`;
  const selected = view?.selected?.path;
  view = { host, model: build(host), key: host.after.kernel_groups === null ? "l" : "k", zoom: view?.zoom ?? 1, weakPoints: null, selected: null, pick, vms: vms(host) };
  view.toggle = (node) => { node.open = !node.open; view.selected = node; render(true); };
  mark(view.model, host, null, view.key);
  fold(view.model);
  view.selected = view.model.nodes.get(selected) ?? null;
  board = h("div", { class: "board" });
  details = h("section", { "aria-live": "polite" });
  why = h("section", { id: "why" });
  main.replaceChildren(head(), alertsOf(), tools(), board, legend(view), why, details);
  main.dataset.shown = "yes";
  render();
  toTheFault();
  try {
    view.weakPoints = (await ask("host/weak-points", { id })).weak_points;
    mark(view.model, host, view.weakPoints, view.key);
    render();
    await explainMerge();
  } catch (problem) {
    why.replaceChildren(h("p", { class: "high" }, problem.message));
  }
}

addEventListener("resize", () => { if (view) render(); });
