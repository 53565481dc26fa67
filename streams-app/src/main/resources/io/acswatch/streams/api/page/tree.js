// Draws the tree: one row for each function, the host before on the left and after on the right.

import { cut, h, hex, s, shown } from "./dom.js";
import { below, owners, rows } from "./model.js";

const ROW = 24, TOP = 34, INDENT = 15, GUTTER = 24;
const COLOURS = 8, TINTS = 6;

const CLASSES = { "01": "storage", "0108": "NVMe", "02": "network", "03": "display", "0302": "GPU", "04": "multimedia", "05": "memory",
  "06": "bridge", "0600": "host bridge", "0601": "ISA bridge", "07": "serial", "08": "system", "0806": "IOMMU", "09": "input", "0c": "bus", "0c03": "USB",
  "0c05": "SMBus", "0d": "wireless", "0b": "processor", "10": "crypto", "11": "signal", "12": "accelerator" };

/** What a function is, in a word or two. */
export function kind(fn) {
  const code = hex(fn.class >>> 8, 4);
  const plain = CLASSES[code] ?? CLASSES[code.slice(0, 2)] ?? "device";
  if (/port$/.test(fn.type) || fn.type.includes("to-")) return fn.type.replaceAll("-", " ");
  return fn.vf ? `VF, ${plain}` : plain;
}

const short = (address) => (address.startsWith("0000:") ? address.slice(5) : address);

/** Each VM has a colour, and a pattern for eyes and prints without; those in alerts come first, and differ most. */
export function vms(host) {
  const concerned = new Set(host.alerts.flatMap((alert) => alert.vms));
  const names = [...new Set(["before", "after"].flatMap((side) => (host[side]?.functions ?? []).map((fn) => fn.owner)).filter((owner) => owner))]
    .sort((a, b) => concerned.has(b) - concerned.has(a) || a.localeCompare(b, "en", { numeric: true }));
  return new Map(names.map((name, i) => [name, { colour: `v${i % COLOURS}`, pattern: (i + Math.floor(i / COLOURS)) % 4 }]));
}

function band(x, y, look) {
  const marks = [
    [],
    [2, 6, 10].map((at) => s("path", { class: "hatch", d: `M${x} ${y + at + 3}l9 -6` })),
    [3, 8, 13].map((at) => s("path", { class: "hatch", d: `M${x} ${y + at}h9` })),
    [[2.5, 4], [6.5, 4], [2.5, 8], [6.5, 8], [2.5, 12], [6.5, 12]].map(([dx, dy]) => s("circle", { class: "dots", cx: x + dx, cy: y + dy, r: 1.3 })),
  ][look.pattern];
  return [s("rect", { class: look.colour, x, y, width: 9, height: 16, rx: 1.5 }), ...marks];
}

/** A VM's name on its colour. */
export function chip(x, y, name, look) {
  const text = cut(name, 14);
  const width = 18 + [...text].length * 7.4;
  return s("g", {}, s("title", {}, `VM ${shown(name)}`), s("rect", { class: `chip ${look.colour}`, x, y, width, height: 16, rx: 3 }),
    band(x, y, look), s("text", { class: "mono", x: x + 13, y: y + 12 }, text));
}

function glyph(x, y, fn) {
  if (!fn.bridge) return s("circle", { class: fn.vf ? "glyph" : "leaf", cx: x, cy: y, r: fn.vf ? 3.5 : 4 });
  if (/upstream|downstream/.test(fn.type)) return s("path", { class: "glyph", d: `M${x - 5} ${y}L${x} ${y - 5}L${x + 5} ${y}L${x} ${y + 5}Z` });
  return s("rect", { class: "glyph", x: x - 4.5, y: y - 4.5, width: 9, height: 9, rx: 1.5 });
}

/** One of the two columns. */
class Column {
  constructor(side, title, x, width, view) {
    Object.assign(this, { side, title, x, width, view });
    this.right = x + width;
  }

  head(snapshot) {
    return s("text", { class: "head", x: this.x + 4, y: 20 }, this.title,
      s("tspan", { class: "quiet", dx: 10 }, cut(`kernel ${snapshot.kernel_release}, ${snapshot.boot_class.toLowerCase().replaceAll("_", " ")}`, Math.floor(this.width / 8) - 12)));
  }

  /** Groups of two and more as areas, each run of rows one area, joined by a spine where there are several. */
  areas(list) {
    const { groups, key } = this.view;
    const drawn = [];
    const runs = new Map();
    list.forEach((node, i) => {
      const label = this.label(node);
      if (label === null || groups[this.side].get(label).length < 2) return;
      const known = runs.get(label) ?? [];
      const run = known.at(-1);
      if (run && run.to === i - 1) run.to = i;
      else known.push({ from: i, to: i });
      runs.set(label, known);
    });
    for (const [label, parts] of runs) {
      const members = groups[this.side].get(label);
      const cross = owners(members, this.side).length > 1 ? "cross" : "";
      for (const { from, to } of parts) {
        drawn.push(s("rect", { class: `area g${members[0].number % TINTS} ${cross}`, x: this.x + 1.5, y: TOP + from * ROW + 1.5, width: this.width - 3, height: (to - from + 1) * ROW - 3, rx: 5 }));
      }
      if (parts.length > 1) {
        drawn.push(s("path", { class: `spine ${cross}`, d: `M${this.right - 5} ${TOP + parts[0].to * ROW + ROW / 2}V${TOP + parts.at(-1).from * ROW + ROW / 2}` }));
      }
    }
    return drawn;
  }

  /** The group a row stands in; of a folded one, if all below it are in it. */
  label(node) {
    const { key } = this.view;
    const own = node[this.side]?.[key] ?? null;
    if (node.open || !node.children.length) return own;
    return below(node).every((other) => !other[this.side] || other[this.side][key] === own) ? own : null;
  }

  row(node, y) {
    const fn = node[this.side];
    const x = this.x + 14 + node.depth * INDENT;
    const middle = y + ROW / 2;
    const drawn = this.wires(node, y);
    if (node.bus) {
      const inside = below(node).filter((other) => other[this.side]);
      const groups = new Set(inside.map((other) => other[this.side][this.view.key]).filter((label) => label !== null));
      drawn.push(s("text", { class: "quiet mono", x: x - 10, y: middle + 4 }, node.open ? "" : "+"));
      drawn.push(s("text", { class: "quiet", x: x + 4, y: middle + 4 }, node.open ? node.bus
        : cut(`${node.bus}: ${inside.length} functions, ${groups.size} groups, ${owners(inside, this.side).length} VMs`, this.room(x) + 20)));
      return drawn;
    }
    if (!fn) {
      drawn.push(s("text", { class: "quiet", x: x + 8, y: middle + 4 }, this.side === "before" ? "not there" : "gone"));
      return drawn;
    }
    if (node.children.length) {
      drawn.push(s("text", { class: "quiet mono", x: x - 13, y: middle + 4 }, node.open ? "" : "+"));
    }
    drawn.push(glyph(x, middle, fn));
    if (node.fault && this.side === "after") drawn.push(s("circle", { class: "fault", cx: x, cy: middle, r: 9 }));
    if (node.weak && this.side === "after") drawn.push(s("circle", { class: "weak", cx: x, cy: middle, r: 8, "stroke-dasharray": "2.5 2" }));
    let at = x + 14;
    const say = (text, style, advance = 7.3) => {
      drawn.push(s("text", { class: style, x: at, y: middle + 4 }, text));
      at += [...text].length * advance + 9;
    };
    say(short(fn.address), "mono");
    if (!node.open && node.children.length) {
      const inside = below(node).filter((other) => other !== node && other[this.side]);
      const held = owners(inside, this.side);
      say(cut(`${kind(fn)}, ${inside.length} below${held.length ? `: ${held.join(", ")}` : ""}`, this.room(at)), "quiet", 6.5);
    } else {
      if (fn.owner) {
        drawn.push(chip(at, middle - 8, fn.owner, this.view.vms.get(fn.owner)));
        at += 18 + Math.min(14, [...fn.owner].length) * 7.4 + 8;
      }
      say(cut(`${kind(fn)}${fn.driver && !fn.bridge ? `, ${fn.driver}` : ""}`, this.room(at)), "quiet", 6.5);
    }
    this.end(node, fn, middle, drawn);
    return drawn;
  }

  room(at) {
    return Math.max(4, Math.floor((this.right - at - 200) / 6.5));
  }

  /** At the right end: ACS of what decides, the lost bits, the group. */
  end(node, fn, middle, drawn) {
    const label = fn[this.view.key];
    const members = label === null ? [] : this.view.groups[this.side].get(label);
    const cross = owners(members, this.side).length > 1;
    const name = label === null ? "no group" : this.view.key === "k" ? `group ${fn.group}` : `group ${this.view.key.toUpperCase()}${label}`;
    drawn.push(s("text", { class: cross ? "cross" : "quiet", x: this.right - 14, y: middle + 4, "text-anchor": "end" }, name));
    if (node.fault && this.side === "after") {
      const { bits, before, after } = node.fault;
      const word = (before & ~after) !== 0 ? "lost" : "gained";
      drawn.push(s("text", { class: "lost", x: this.right - 100, y: middle + 4, "text-anchor": "end" }, `${word} ${bits.join(" ")}`));
    } else if (fn.acs) {
      drawn.push(s("text", { class: "quiet mono", x: this.right - 100, y: middle + 4, "text-anchor": "end" }, fn.acs.control_flags.join(" ") || "ACS off"));
    } else if (fn.isolates === "unknown") {
      drawn.push(s("text", { class: "weak", x: this.right - 100, y: middle + 4, "text-anchor": "end" }, "not read"));
    }
  }

  wires(node, y) {
    if (node.depth === 0) return [];
    const x = this.x + 14 + (node.depth - 1) * INDENT;
    const drawn = [s("path", { class: "wire", d: `M${x} ${y + ROW / 2}H${x + INDENT - (node.any?.bridge ? 5 : 4)}` })];
    for (let at = node; at.depth > 0; at = at.parent) {
      const last = at.parent.children.at(-1) === at;
      const line = this.x + 14 + (at.depth - 1) * INDENT;
      const own = at === node;
      if (!own && last) continue;
      const first = own && node.parent.children[0] === node;
      drawn.push(s("path", { class: "wire", d: `M${line} ${first ? y - ROW / 2 + 6 : y}V${own && last ? y + ROW / 2 : y + ROW}` }));
    }
    return drawn;
  }
}

function spoken(node, host, key) {
  const side = (name) => {
    const fn = node[name];
    if (!host[name]) return null;
    if (!fn) return `${name}: not there`;
    return `${name}: ${fn.owner ? `VM ${shown(fn.owner)}, ` : ""}${fn[key] === null ? "no group" : key === "k" ? `group ${fn.group}` : `group ${key.toUpperCase()}${fn[key]}`}`;
  };
  if (node.bus) return node.bus;
  return [`${kind(node.any)} ${node.any.address}`, side("before"), side("after"), node.fault ? `at fault: ${node.fault.bits.join(", ")}` : null, node.weak ? "weak point" : null].filter((text) => text).join("; ");
}

/**
 * The picture.
 * @param view model, host, key of the partition, width, selected node, what to call on selection
 */
export function draw(view) {
  const { model, host } = view;
  const list = rows(model);
  view.groups = model.groups;
  view.vms ??= vms(host);
  const two = !!host.before;
  const width = two ? (view.width - GUTTER) / 2 : view.width;
  const columns = two
    ? [new Column("before", "Before", 0, width, view), new Column("after", "After", width + GUTTER, width, view)]
    : [new Column("after", "Now", 0, width, view)];
  const height = TOP + list.length * ROW + 8;
  const svg = s("svg", { class: "tree", xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${view.width} ${height}`, width: view.width * view.zoom, height: height * view.zoom,
    role: "tree", "aria-label": "PCI tree, before and after" });
  svg.append(s("rect", { class: "paper", width: view.width, height }));
  for (const column of columns) {
    svg.append(column.head(host[column.side]), ...column.areas(list));
  }
  if (two) svg.append(s("path", { class: "rule", d: `M${width + GUTTER / 2} 8V${height - 8}` }));
  list.forEach((node, i) => {
    const y = TOP + i * ROW;
    const selected = node === view.selected;
    const row = s("g", { class: `row${selected ? " selected" : ""}`, role: "treeitem", "aria-level": node.depth + 1, "aria-label": spoken(node, host, view.key),
      "aria-selected": selected ? "true" : "false", "aria-expanded": node.children.length ? String(node.open) : null, tabindex: selected || (!view.selected && i === 0) ? 0 : -1, "data-row": i },
    s("rect", { class: "hit", x: 1, y: y + 1, width: view.width - 2, height: ROW - 2, rx: 4 }));
    for (const column of columns) {
      const gone = column.side === "after" && !node.after && !node.bus;
      row.append(s("g", { class: gone ? "gone" : null }, ...column.row(node, y)));
    }
    row.addEventListener("click", () => view.pick(node, i, true));
    svg.append(row);
  });
  svg.addEventListener("keydown", (event) => steer(event, view, list));
  return svg;
}

/** Arrow keys go through the rows; left and right fold and unfold; Enter chooses. */
function steer(event, view, list) {
  const at = Number(event.target.closest("[data-row]")?.dataset.row ?? 0);
  const node = list[at];
  const go = (to) => view.pick(list[Math.max(0, Math.min(list.length - 1, to))], to, false);
  const keys = {
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    Home: () => go(0),
    End: () => go(list.length - 1),
    PageDown: () => go(at + 15),
    PageUp: () => go(at - 15),
    ArrowRight: () => (node.children.length && !node.open ? view.toggle(node) : go(at + 1)),
    ArrowLeft: () => (node.children.length && node.open ? view.toggle(node) : go(Math.max(0, list.indexOf(node.parent)))),
    Enter: () => view.pick(node, at, true),
    " ": () => view.pick(node, at, true),
  };
  if (keys[event.key] && !event.ctrlKey && !event.altKey && !event.metaKey) {
    event.preventDefault();
    keys[event.key]();
  }
}

/** What colours and signs mean. */
export function legend(view) {
  const sign = (drawn, text) => h("span", {}, s("svg", { class: "tree", width: 20, height: 18, viewBox: "0 0 20 18", "aria-hidden": "true" }, drawn), " ", text);
  const most = 12;
  const named = [...view.vms].slice(0, most).map(([name, look]) => sign(band(5, 1, look), shown(name)));
  return h("div", { class: "legend" },
    sign(s("rect", { class: "area g0", x: 1, y: 2, width: 18, height: 14, rx: 4 }), "one group"),
    sign(s("rect", { class: "area cross", x: 1, y: 2, width: 18, height: 14, rx: 4 }), "one group, several VMs"),
    sign(s("circle", { class: "fault", cx: 10, cy: 9, r: 7 }), "port at fault"),
    sign(s("circle", { class: "weak", cx: 10, cy: 9, r: 7, "stroke-dasharray": "2.5 2" }), "weak point"),
    sign(s("rect", { class: "glyph", x: 5, y: 4, width: 9, height: 9, rx: 1.5 }), "root port or bridge"),
    sign(s("path", { class: "glyph", d: "M5 9L10 4L15 9L10 14Z" }), "switch port"),
    sign(s("circle", { class: "leaf", cx: 10, cy: 9, r: 4 }), "device"), ...named,
    view.vms.size > most ? h("span", {}, `and ${view.vms.size - most} VMs more`) : null);
}
