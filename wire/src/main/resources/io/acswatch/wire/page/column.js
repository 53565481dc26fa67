// One of the two columns of the picture: the host before or after.

import { cut, s, shown } from "./dom.js";
import { BITS_WIDTH, CHIP_WIDTH, bits, chevron, chip, glyph, kind, ticks } from "./marks.js";
import { below, holder, owners } from "./model.js";

export const ROW = 24, HEAD = 46;
const INDENT = 18, NARROW_INDENT = 12, LETTER = 6.6, BOLD = 7.6, MONO = 7.3, TICKS = 16;
/** What stands left of a function's address and right of its words, beside the bits and the group. */
const LEFT = 33, GAPS = 46;

const short = (address) => (address.startsWith("0000:") ? address.slice(5) : address);

/** How a boot came about, in words. */
export const BOOTS = { COLD: "firmware boot", KEXEC_PLAIN: "kexec", KEXEC_KHO: "kexec with handover", LIVE_UPDATE: "live update", CRASH_KEXEC: "crash kernel", UNKNOWN: "boot of unknown kind" };

/** How wide the names of groups are. */
function labelWidth({ model, key, narrow }, side) {
  const longest = Math.max(...[...model.groups[side].values()].map((members) => `${key === "k" ? members[0][side].group : `S${members[0][side][key]}`}`.length), narrow ? 5 : 3);
  return (longest + (narrow ? 0 : 6)) * (narrow ? BOLD : LETTER);
}

/** How wide a column must be, so that in no row signs and words stand on each other. */
export function neededWidth(view, list) {
  const indent = view.narrow ? NARROW_INDENT : INDENT;
  const sides = view.host.before ? ["before", "after"] : ["after"];
  const row = (node, side) => LEFT + node.depth * indent + short(node[side].address).length * MONO + CHIP_WIDTH + (node.fault && side === "after" ? 40 : 0);
  return Math.max(...sides.map((side) => Math.max(0, ...list.filter((node) => node[side]).map((node) => row(node, side))) + BITS_WIDTH + GAPS + labelWidth(view, side)));
}

export class Column {
  constructor(side, title, x, width, view) {
    Object.assign(this, { side, title, x, width, view });
    this.right = x + width;
    this.indent = view.narrow ? NARROW_INDENT : INDENT;
    // Where the words for a group begin, and left of them the ACS bits.
    this.bitsRight = this.right - 26 - labelWidth(view, side);
    this.wordsRight = this.bitsRight - BITS_WIDTH - 10;
  }

  head(snapshot) {
    const most = Math.floor(this.width / LETTER) - 14;
    return [s("text", { class: "head", x: this.x + 8, y: 19 }, this.title, s("tspan", { class: "plain", dx: 10 }, cut(`kernel ${snapshot.kernel_release}`, most))),
      s("text", { class: "quiet", x: this.x + 8, y: 37 }, cut(`${BOOTS[snapshot.boot_class] ?? snapshot.boot_class}${snapshot.taken_at ? `, ${this.view.narrow ? "" : "seen "}${snapshot.taken_at.replace("T", " ").replace(/\.\d+Z/, "Z")}` : ""}`, Math.floor((this.bitsRight - BITS_WIDTH / 2 - 46 - this.x) / MONO))),
      s("text", { class: "quiet small", x: this.bitsRight - BITS_WIDTH / 2, y: 37, "text-anchor": "middle" }, "ACS Control"),
      s("text", { class: "quiet small", x: this.right - 14, y: 37, "text-anchor": "end" }, "group")];
  }

  /** What a function's group is called. */
  name(fn) {
    const { key } = this.view;
    if (fn[key] === null) return "none";
    return `${this.view.narrow ? "" : "group "}${key === "k" ? fn.group : key.toUpperCase() + fn[key]}`;
  }

  /** Groups of two and more as areas, each run of rows one area, joined by a spine where there are several. */
  areas(list) {
    const groups = this.view.model.groups[this.side];
    const drawn = []; // each with the first and the last row it is in
    const runs = new Map();
    list.forEach((node, i) => {
      const label = this.label(node);
      if (label === null || groups.get(label).length < 2) return;
      const known = runs.get(label) ?? [];
      const run = known.at(-1);
      if (run && run.to === i - 1) run.to = i;
      else known.push({ from: i, to: i });
      runs.set(label, known);
    });
    for (const [label, parts] of runs) {
      const members = groups.get(label);
      const alarm = this.alarm(members);
      for (const { from, to } of parts) {
        drawn.push([from, to, () => s("rect", { class: `area ${alarm || `t${members.tint}`}`, x: this.x + 2, y: from * ROW + 1.5, width: this.width - 4, height: (to - from + 1) * ROW - 3, rx: 5 })]);
      }
      if (parts.length > 1) {
        const from = parts[0].to, to = parts.at(-1).from;
        drawn.push([from, to, () => s("path", { class: `spine ${alarm}`, d: `M${this.right - 6} ${from * ROW + ROW / 2}V${to * ROW + ROW / 2}` })]);
      }
    }
    return drawn;
  }

  /** How a group is to be looked at: several VMs in it, or something that an alert names. */
  alarm(members) {
    const alarm = this.side === "after" && members.some((node) => node.alarm);
    // What is only awaited is no alarm by itself: its VM may have gone for good.
    const counted = alarm ? members : members.filter((node) => node[this.side].owner);
    return owners(counted, this.side).length > 1 ? "cross" : alarm ? "alarm" : "";
  }

  /** The group a row stands in; of a folded one, if all below it are in it. */
  label(node) {
    const { key } = this.view;
    const own = node[this.side]?.[key] ?? null;
    if (node.open || !node.children.length) return own;
    const inside = below(node).filter((other) => other[this.side]);
    const first = own ?? inside[0]?.[this.side][key] ?? null;
    return inside.every((other) => other[this.side][key] === first) ? first : null;
  }

  row(node, y) {
    const fn = node[this.side];
    const x = this.x + 18 + node.depth * this.indent;
    const middle = y + ROW / 2;
    const drawn = this.wires(node, y);
    if (node.children.length) drawn.push(chevron(x - 13, middle, node.open));
    if (!node.any) return [...drawn, ...this.heading(node, x, middle)];
    if (!fn) {
      drawn.push(s("text", { class: "quiet", x: x + 12, y: middle + 4 }, this.side === "before" ? "not there yet" : "gone"));
      return drawn;
    }
    const after = this.side === "after";
    drawn.push(glyph(x, middle, fn, this.view.vms.get(holder(fn))));
    if (node.fault && after) drawn.push(s("circle", { class: "fault", cx: x, cy: middle, r: 9.5 }));
    else if (node.weak && after) drawn.push(s("circle", { class: "weak", cx: x, cy: middle, r: 8.5, "stroke-dasharray": "2.5 2" }));
    const address = short(fn.address);
    drawn.push(s("text", { class: "mono", x: x + 15, y: middle + 4 }, address));
    this.words(node, fn, x + 15 + address.length * MONO + 9, middle, drawn);
    this.end(node, fn, middle, drawn);
    return drawn;
  }

  /** A root bus, or a run of siblings of no interest. */
  heading(node, x, middle) {
    const inside = below(node).filter((other) => other[this.side]);
    const title = s("text", { class: node.bus ? "bus" : "", x, y: middle + 4 }, node.title);
    if (node.open) return [title];
    const groups = new Set(inside.map((other) => other[this.side][this.view.key]).filter((label) => label !== null));
    const held = owners(inside, this.side);
    const count = (n, one) => `${n.toLocaleString()} ${one}${n === 1 ? "" : "s"}`;
    const room = Math.floor((this.right - x - 28) / BOLD) - node.title.length;
    const all = `${count(inside.length, "function")}, ${count(groups.size, "group")}${held.length ? `, ${count(held.length, "VM")}` : ""}`;
    const text = cut(all, Math.max(4, room));
    // The note begins where the title ends, however wide its letters are.
    title.append(s("tspan", { class: "note", dx: 14 }, text));
    const from = x + (node.title.length + text.length) * BOLD + 24;
    return [title, ...ticks(from, middle, held, this.view.vms, Math.min(TICKS, Math.max(0, Math.floor((this.right - from - 8) / 7))))];
  }

  words(node, fn, at, middle, drawn) {
    const fault = node.fault && this.side === "after";
    const right = fn.acs || fault || fn.isolates === "unknown" ? this.wordsRight - (fault ? 40 : 0) : this.bitsRight - 8;
    const say = (text, style = "quiet") => {
      const letters = Math.floor((right - at) / MONO);
      if (letters >= 4) drawn.push(s("text", { class: style, x: at, y: middle + 4 }, cut(text, letters)));
    };
    if (!node.open && node.children.length) {
      const inside = below(node).filter((other) => other !== node && other[this.side]);
      const text = `${kind(fn)}, ${inside.length.toLocaleString()} below`;
      say(text);
      const from = at + text.length * LETTER + 14;
      drawn.push(...ticks(from, middle, owners(inside, this.side), this.view.vms, Math.min(TICKS, Math.max(0, Math.floor((right - from) / 7)))));
      return;
    }
    const vm = holder(fn);
    if (vm) {
      const one = chip(at, middle - 8, vm, this.view.vms.get(vm), !fn.owner, right - at);
      drawn.push(one.drawn);
      at += one.width + 8;
    }
    say(`${kind(fn)}${fn.driver && !fn.bridge ? `, ${shown(fn.driver)}` : ""}`);
  }

  /** At the right end: ACS of what decides, the lost bits, the group. */
  end(node, fn, middle, drawn) {
    const members = fn[this.view.key] === null ? [] : this.view.model.groups[this.side].get(fn[this.view.key]);
    drawn.push(s("text", { class: this.alarm(members) || "quiet", x: this.right - 14, y: middle + 4, "text-anchor": "end" }, this.name(fn)));
    const fault = this.side === "after" ? node.fault : null;
    if (fn.acs || fault) drawn.push(...bits(this.bitsRight, middle, fn.acs, fault));
    else if (fn.isolates === "unknown") drawn.push(s("text", { class: "weakness", x: this.bitsRight - BITS_WIDTH / 2, y: middle + 4, "text-anchor": "middle" }, "not read"));
  }

  /** From the parents to the row, in one stroke. */
  wires(node, y) {
    if (node.depth === 0) return [];
    const x = this.x + 18 + (node.depth - 1) * this.indent;
    let stroke = `M${x} ${y + ROW / 2}H${x + this.indent - (node.any?.bridge ? 5 : 4)}`;
    for (let at = node; at.depth > 0; at = at.parent) {
      const last = at.parent.children.at(-1) === at;
      const line = this.x + 18 + (at.depth - 1) * this.indent;
      const own = at === node;
      if (!own && last) continue;
      const first = own && node.parent.children[0] === node;
      stroke += `M${line} ${first ? y - ROW / 2 + 7 : y}V${own && last ? y + ROW / 2 : y + ROW}`;
    }
    return [s("path", { class: "wire", d: stroke })];
  }
}
