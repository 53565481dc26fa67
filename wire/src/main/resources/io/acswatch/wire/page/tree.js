// Draws the tree: one row for each function, the host before on the left and after on the right.

import { s, shown } from "./dom.js";
import { Column, HEAD, neededWidth, ROW } from "./column.js";
import { kind } from "./marks.js";
import { holder, rows } from "./model.js";

const GUTTER = 26, ROWS_OF_SLICE = 6;
const WIDE_ALONE = 640;

/** What two columns take where there is room. */
export const WIDE = 1120;

function spoken(node, view) {
  const side = (name) => {
    const fn = node[name];
    if (!view.host[name]) return null;
    if (!fn) return `${name}: not there`;
    const column = view.columns.find((one) => one.side === name);
    const vm = holder(fn);
    return `${name}: ${vm ? `VM ${shown(vm)}${fn.owner ? "" : ", not back yet"}, ` : ""}${fn[view.key] === null ? "no group" : column.name(fn)}`;
  };
  if (!node.any) return node.title;
  return [`${kind(node.any)} ${node.any.address}`, side("before"), side("after"), node.fault ? `at fault: ${node.fault.bits.join(", ")}` : null, node.weak ? "weak point" : null].filter((text) => text).join("; ");
}

/** Between the columns, where a function came into another company; points to the host after. */
function change(view, middle) {
  const x = columnWidth(view) + GUTTER / 2, to = view.afterFirst ? -1 : 1;
  return s("path", { class: "moved", d: `M${x - 6 * to} ${middle}h${9 * to}M${x} ${middle - 3.5}l${4 * to} 3.5l${-4 * to} 3.5` }, s("title", {}, "its group changed"));
}

const frame = (view, top, height, attributes) => s("svg", { class: "tree", xmlns: "http://www.w3.org/2000/svg", viewBox: `0 ${top} ${view.width} ${height}`, width: view.width * view.zoom, height: height * view.zoom, ...attributes });

/**
 * The picture: its head, which stays in sight, and its rows.
 * @param view model, host, key of the partition, selected node, what to call on selection; narrow if it
 *     is to take little room, afterFirst if the host after is to stand first, and before it only when scrolled to
 * @param room width that there is
 */
export function draw(view, room) {
  const { model, host } = view;
  const list = rows(model);
  view.list = list;
  view.areas = null;
  const two = !!host.before;
  const needed = neededWidth(view, list);
  if (two) view.width = Math.max(room, view.narrow ? 0 : WIDE, 2 * (view.afterFirst ? Math.max(room, needed) : needed) + GUTTER);
  else view.width = Math.max(room, needed, view.narrow ? 0 : WIDE_ALONE);
  const width = columnWidth(view);
  const sides = view.afterFirst ? ["after", "before"] : ["before", "after"];
  view.columns = two
    ? sides.map((side, i) => new Column(side, side === "after" ? "After" : "Before", i * (width + GUTTER), width, view))
    : [new Column("after", "Now", 0, width, view)];
  const head = frame(view, 0, HEAD, { "aria-hidden": "true" });
  head.append(s("rect", { class: "paper", width: view.width, height: HEAD }), ...view.columns.flatMap((column) => column.head(host[column.side])),
    s("path", { class: "rule", d: `M0 ${HEAD - 0.5}H${view.width}` }));
  view.selected = list.includes(view.selected) ? view.selected : null;
  view.drawn = list.map((node, i) => row(node, i, view));
  const body = paint(view, 0, view.drawn, 8);
  body.setAttribute("role", "tree");
  body.setAttribute("aria-label", two ? "PCI tree, before and after" : "PCI tree");
  body.addEventListener("keydown", (event) => steer(event, view));
  body.addEventListener("click", (event) => {
    const at = event.target.closest("[data-row]")?.dataset.row;
    if (at !== undefined) view.pick(list[at], true);
  });
  return { head, body };
}

const columnWidth = (view) => (view.host.before ? (view.width - GUTTER) / 2 : view.width);

/** Rows from one on, and the part of the areas that lies behind them: one that goes on is left open there. */
function paint(view, from, drawn, below) {
  const top = from * ROW, height = drawn.length * ROW + below;
  const body = frame(view, top, height, {});
  body.append(s("rect", { class: "paper", y: top, width: view.width, height }));
  if (view.columns.length > 1) body.append(s("path", { class: "rule", d: `M${columnWidth(view) + GUTTER / 2} ${top}v${height}` }));
  view.areas ??= view.columns.flatMap((column) => column.areas(view.list));
  body.append(...view.areas.filter(([first, last]) => first < from + drawn.length && last >= from).map(([, , area]) => area()));
  body.append(...drawn);
  return body;
}

/** The rows in slices, so that the end of a sheet of paper goes through none of them. */
export function slices(view) {
  const parts = [];
  for (let from = 0; from < view.list.length; from += ROWS_OF_SLICE) {
    parts.push(paint(view, from, view.list.slice(from, from + ROWS_OF_SLICE).map((node, i) => row(node, from + i, view)), 0));
  }
  return parts;
}

function row(node, i, view) {
  const y = i * ROW;
  const drawn = s("g", { class: `row${node.found ? " found" : ""}`, role: "treeitem", "aria-level": node.depth + 1,
    "aria-expanded": node.children.length ? String(node.open) : null, "data-row": i, "data-path": node.path },
  s("title", {}, spoken(node, view)), s("rect", { class: "hit", x: 1, y: y + 1, width: view.width - 2, height: ROW - 2, rx: 4 }));
  for (const column of view.columns) {
    const gone = column.side === "after" && !node.after && node.any;
    drawn.append(s("g", { class: gone ? "gone" : null }, ...column.row(node, y)));
  }
  if (view.columns.length > 1 && node.changed[view.key]) drawn.append(change(view, y + ROW / 2));
  return drawn;
}

/** Shows which row is selected, without drawing anew. */
export function select(view) {
  view.drawn.forEach((element, i) => {
    const selected = view.list[i] === view.selected;
    element.classList.toggle("selected", selected);
    element.setAttribute("aria-selected", String(selected));
    element.setAttribute("tabindex", selected || (!view.selected && i === 0) ? 0 : -1);
  });
}

/** Arrow keys go through the rows; left and right fold and unfold; Enter chooses. */
function steer(event, view) {
  const { list } = view;
  const at = Number(event.target.closest("[data-row]")?.dataset.row ?? 0);
  const node = list[at];
  const go = (to) => view.pick(list[Math.max(0, Math.min(list.length - 1, to))], false);
  const keys = {
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    Home: () => go(0),
    End: () => go(list.length - 1),
    PageDown: () => go(at + 15),
    PageUp: () => go(at - 15),
    ArrowRight: () => (node.children.length && !node.open ? view.toggle(node) : go(at + 1)),
    ArrowLeft: () => (node.children.length && node.open ? view.toggle(node) : go(Math.max(0, list.indexOf(node.parent)))),
    Enter: () => view.pick(node, true),
    " ": () => view.pick(node, true),
  };
  if (keys[event.key] && !event.ctrlKey && !event.altKey && !event.metaKey) {
    event.preventDefault();
    keys[event.key]();
  }
}
