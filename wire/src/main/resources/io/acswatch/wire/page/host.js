// One host: what is wrong and what to do, the tree before and after, why it is so.

import { ask } from "./api.js";
import { alertsOf, urgent } from "./alert.js";
import { BOOTS, ROW } from "./column.js";
import { h, refresh, shown, when } from "./dom.js";
import { incidents } from "./incidents.js";
import { legend, vms } from "./marks.js";
import { build, find, fold, reveal, unfold, weaken } from "./model.js";
import { download } from "./picture.js";
import { draw, select, slices, WIDE } from "./tree.js";
import { describe, why } from "./words.js";

const asked = new URLSearchParams(location.search);
const id = asked.get("id") ?? "";
const PARTITIONS = { k: ["K: kernel", "what the kernel reports"], l: ["L: rules", "what its rules make of the registers"], s: ["S: hardware", "what the hardware keeps apart; of functions and root ports without ACS that is assumed"] };

/** Beyond so many VMs the legend names only those of the alerts: all else is named in the picture. */
const VMS_IN_LEGEND = 12;

/** Boards of less show the host after first. */
const NARROW = 600;

let last = "";
let host = null;
let view = null;
let board, signs, details, reasons, hits, elsewhere;

const count = (n, one) => `${n.toLocaleString()} ${one}${n === 1 ? "" : "s"}`;

function head() {
  const now = host.after;
  return h("div", {}, h("h1", {}, shown(host.host)), h("div", { class: "facts" },
    host.status ? h("span", { class: `state ${host.status}` }, host.status) : null, host.heard_at ? h("span", {}, host.status ? "heard " : "taken ", when(host.heard_at)) : null,
    host.frames_passed_over ? h("span", { title: "Of an older boot, of another machine with this host id, or delivered before" }, `${count(host.frames_passed_over, "frame")} not judged`) : null,
    h("span", {}, `kernel ${shown(now.kernel_release)}`), h("span", {}, BOOTS[now.boot_class] ?? now.boot_class),
    h("span", {}, `${count(now.functions.length, "function")}, ${now.kernel === null ? "no groups" : count(now.kernel.length, "group")}, ${count(host.vms, "VM")}`),
    h("span", { title: now.model_reason }, `rules ${now.model}`)));
}

function tools() {
  const zoom = (factor) => { view.zoom = Math.min(3, Math.max(0.3, view.zoom * factor)); render(); };
  hits = h("span", { class: "quiet", role: "status" });
  let typing;
  return h("div", { class: "tools" },
    h("div", { class: "segment", role: "group", "aria-label": "Which groups" }, Object.entries(PARTITIONS).map(([key, [name, words]]) =>
      h("button", { type: "button", title: words, "aria-pressed": String(view.key === key), "data-key": key, onclick: () => choose(key) }, name))),
    h("span", { class: "quiet", id: "partition" }, PARTITIONS[view.key][1]),
    h("span", { class: "grow" }),
    h("input", { type: "search", id: "find", placeholder: "Find address, VM, driver", "aria-label": "Find address, VM, driver",
      oninput: (event) => { clearTimeout(typing); typing = setTimeout(() => seek(event.target.value.trim()), 120); },
      onkeydown: (event) => { if (event.key === "Enter") further(event.shiftKey ? -1 : 1); } }), hits,
    h("button", { type: "button", onclick: () => { unfold(view.model); render(); } }, "Unfold all"),
    h("button", { type: "button", onclick: () => { fold(view.model); render(); } }, "Fold the rest"),
    h("div", { class: "segment", role: "group", "aria-label": "Size" },
      h("button", { type: "button", "aria-label": "Smaller", onclick: () => zoom(1 / 1.2) }, "−"),
      h("button", { type: "button", onclick: () => { view.zoom = 1; render(); } }, "Fit"),
      h("button", { type: "button", "aria-label": "Larger", onclick: () => zoom(1.2) }, "+")),
    h("button", { type: "button", id: "download", title: "A file of its own, for a ticket", onclick: () => download(view.picture, host.host, caption()) }, "Save SVG"),
    h("button", { type: "button", onclick: () => print() }, "Print"));
}

function caption() {
  const top = urgent(host.alerts)[0];
  return [top ? top.headline : "no open alert", `acswatch, ${host.after.taken_at ?? "time unknown"}, groups: ${PARTITIONS[view.key][1]}`];
}

/** The address names what is seen, so that it can be sent to somebody. */
function remember() {
  if (view.key === "k") asked.delete("groups");
  else asked.set("groups", view.key);
  if (view.selected?.any) asked.set("function", view.selected.any.address);
  else asked.delete("function");
  history.replaceState(null, "", `?${asked}`);
}

function choose(key) {
  view.key = key;
  for (const button of document.querySelectorAll("[data-key]")) button.setAttribute("aria-pressed", String(button.dataset.key === key));
  document.getElementById("partition").textContent = PARTITIONS[key][1];
  remember();
  render();
}

function seek(text) {
  view.found = find(view.model, text);
  view.at = -1;
  hits.textContent = text ? `${view.found.length.toLocaleString()} found` : "";
  view.found.forEach(reveal);
  render();
  further(1, false);
}

function further(step, focus) {
  if (!view.found?.length) return;
  view.at = (view.at + step + view.found.length) % view.found.length;
  hits.textContent = `${(view.at + 1).toLocaleString()} of ${view.found.length.toLocaleString()}`;
  view.selected = view.found[view.at];
  reveal(view.selected);
  render();
  toTheRow(view.selected);
  if (focus) pick(view.selected, false);
}

function toTheRow(node, above = 120) {
  const row = view.list.indexOf(node);
  if (row >= 0) board.scrollTop = Math.max(0, row * ROW * view.zoom - above);
}

function render() {
  view.model.groups = view.model.by[view.key];
  Object.assign(view, fitting(board.clientWidth));
  const { scrollTop, scrollLeft } = board;
  view.picture = draw(view, board.clientWidth - 2 || 1240);
  select(view);
  board.replaceChildren(h("div", { class: "head" }, view.picture.head), view.picture.body);
  board.scrollTo(scrollLeft, scrollTop);
  const seen = (sign) => !!board.querySelector(sign);
  signs.replaceChildren(legend(view.vms, view.vms.size > VMS_IN_LEGEND, { alarm: seen(".area.alarm"), changed: seen(".moved"), awaited: seen(".awaited") }));
}

/** How the picture is drawn on so much room: closer together, and on a telephone with the host after first. */
const fitting = (room) => ({ narrow: room > 0 && room < WIDE, afterFirst: room > 0 && room < NARROW });

/** On paper there is room for both columns, and no row is cut in two. */
function onPaper() {
  Object.assign(view, fitting(WIDE));
  const { head } = draw(view, 0);
  board.replaceChildren(h("div", { class: "head" }, head), ...slices(view).map((slice) => h("div", { class: "slice" }, slice)));
}

/** Keeps the row in sight that has the focus; what is sticky must not hide it. */
function focusRow() {
  const row = view.drawn[view.list.indexOf(view.selected)];
  row?.focus({ preventScroll: true });
  const head = board.firstElementChild.clientHeight;
  const top = view.list.indexOf(view.selected) * ROW * view.zoom;
  if (top < board.scrollTop) board.scrollTop = top;
  const seen = board.clientHeight - head - ROW * view.zoom - 8;
  if (top > board.scrollTop + seen) board.scrollTop = top - seen;
}

function pick(node, open) {
  const again = node === view.selected;
  view.selected = node;
  if (open && node.children.length && (again || !node.open)) {
    node.open = !node.open;
    render();
  } else {
    select(view);
  }
  focusRow();
  remember();
  if (!again) tell(node);
}

function tell(node) {
  if (!node.any) return details.replaceChildren();
  describe(host, node, (...content) => { if (view.selected === node) details.replaceChildren(...content); });
}

/** What was open, chosen and in sight stays so when there is news of the host. */
function renewed() {
  const old = view;
  view = { host, model: build(host), vms: vms(host), zoom: old?.zoom ?? 1, selected: null, pick,
    key: old?.key ?? (PARTITIONS[asked.get("groups")] ? asked.get("groups") : host.after.kernel === null ? "l" : "k") };
  view.toggle = (node) => { node.open = !node.open; view.selected = node; render(); focusRow(); };
  fold(view.model);
  for (const [path, node] of old?.model.nodes ?? []) {
    const same = view.model.nodes.get(path);
    if (same) same.open ||= node.open;
  }
  const wanted = asked.get("function") ?? document.documentElement.dataset.function;
  view.selected = old ? view.model.nodes.get(old.selected?.path) ?? null
    : [...view.model.nodes.values()].find((node) => node.any.address === wanted) ?? null;
  if (view.selected) reveal(view.selected);
  return { scrollTop: old ? board.scrollTop : null };
}

export async function show(main) {
  const news = await ask("host", { id });
  elsewhere ??= h("div", {});
  const shared = incidents(elsewhere, id);
  const text = JSON.stringify({ ...news, heard_at: null, status: null });
  if (text === last && main.contains(board)) {
    host.heard_at = news.heard_at;
    host.status = news.status;
    main.firstElementChild.replaceWith(head());
    refresh(main);
    return shared;
  }
  last = text;
  host = news;
  document.title = `${shown(host.host)} - acswatch`;
  const { scrollTop } = renewed();
  board = h("div", { class: "board" });
  signs = h("div", {});
  details = h("section", { id: "details", "aria-live": "polite" });
  reasons = h("section", { id: "why" });
  main.replaceChildren(head(), alertsOf(host), elsewhere, tools(), signs, board, details, reasons);
  render();
  if (scrollTop !== null) board.scrollTop = scrollTop;
  else toTheRow(view.selected ?? view.list.find((node) => node.fault), 60);
  if (view.selected) tell(view.selected);
  try {
    const points = (await ask("host/weak-points", { id })).weak_points;
    weaken(view.model, points);
    render();
    reasons.replaceChildren(...await why(host, points));
  } catch (problem) {
    reasons.replaceChildren(h("p", { class: "high" }, problem.message));
  }
  await shared;
  reasons.dataset.done = "yes";
}

addEventListener("resize", () => { if (view) render(); });
addEventListener("beforeprint", () => { if (view) onPaper(); });
addEventListener("afterprint", () => { if (view) render(); });
