// The signs of the picture: glyphs of functions, chips of VMs, ACS bits, the legend.

import { cut, h, hex, s, shown } from "./dom.js";

const COLOURS = 8;
const CHIP = 19, LETTER = 7.3, VM_LETTERS = 14, FEWEST_LETTERS = 3;

/** The controls that Linux asks of a port before it counts as isolating, in the order of their bits. */
export const REQUIRED = ["SV", "RR", "CR", "UF"];
const SLOT = 25;

/** Width of the ACS bits of a port. */
export const BITS_WIDTH = REQUIRED.length * SLOT;

const CLASSES = { "01": "storage", "0108": "NVMe", "02": "network", "03": "display", "0302": "GPU", "04": "multimedia", "0403": "audio", "05": "memory",
  "06": "bridge", "0600": "host bridge", "0601": "ISA bridge", "07": "serial", "08": "system", "0806": "IOMMU", "09": "input", "0c": "bus", "0c03": "USB",
  "0c05": "SMBus", "0d": "wireless", "0b": "processor", "10": "crypto", "11": "signal", "12": "accelerator" };

/** What a function is, in a word or two. */
export function kind(fn) {
  const code = hex(fn.class >>> 8, 4);
  const plain = CLASSES[code] ?? CLASSES[code.slice(0, 2)] ?? "device";
  if (/port$/.test(fn.type) || fn.type.includes("to-")) return fn.type.replaceAll("-", " ");
  return fn.vf ? `VF, ${plain}` : plain;
}

/** Each VM has a colour, and a pattern for eyes and prints without; those in alerts come first, and differ most. */
export function vms(host) {
  const concerned = new Set(host.alerts.flatMap((alert) => alert.vms));
  const names = [...new Set(["before", "after"].flatMap((side) => (host[side]?.functions ?? []).map((fn) => fn.owner)).concat(host.awaited.map((one) => one.vm)).filter((owner) => owner))]
    .sort((a, b) => concerned.has(b) - concerned.has(a) || a.localeCompare(b, "en", { numeric: true }));
  return new Map(names.map((name, i) => [name, { colour: `v${i % COLOURS}`, pattern: (i + Math.floor(i / COLOURS)) % 4, concerned: concerned.has(name) }]));
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

/** A chip has no less than this. */
export const CHIP_WIDTH = CHIP + FEWEST_LETTERS * LETTER;

/** A VM's name on its colour, cut to the room there is; with a broken line if the VM is awaited. */
export function chip(x, y, name, look, awaited, room) {
  const text = cut(name, Math.max(FEWEST_LETTERS, Math.min(VM_LETTERS, Math.floor((room - CHIP) / LETTER))));
  const width = CHIP + [...text].length * LETTER;
  const drawn = s("g", {}, s("title", {}, `VM ${shown(name)}${awaited ? ", not back yet" : ""}`),
    s("rect", { class: `chip ${look.colour}${awaited ? " awaited" : ""}`, x, y, width, height: 16, rx: 3 }),
    band(x, y, look), s("text", { class: "mono", x: x + 13, y: y + 12 }, text));
  return { drawn, width };
}

/** What stands for a function: a square for a bridge, a rhombus for a switch port, a leaf in the colour of its VM. */
export function glyph(x, y, fn, look) {
  if (!fn.bridge) return s("circle", { class: look ? `${fn.owner ? "owned" : "awaited"} ${look.colour}` : fn.vf ? "glyph" : "leaf", cx: x, cy: y, r: look ? 5 : fn.vf ? 3.5 : 4 });
  if (/upstream|downstream/.test(fn.type)) return s("path", { class: "glyph", d: `M${x - 5.5} ${y}L${x} ${y - 5.5}L${x + 5.5} ${y}L${x} ${y + 5.5}Z` });
  return s("rect", { class: "glyph", x: x - 4.5, y: y - 4.5, width: 9, height: 9, rx: 1.5 });
}

/** Points right where there is more to see, down where it is seen. */
export const chevron = (x, y, open) => s("path", { class: "chevron", d: open ? `M${x - 3.5} ${y - 1.5}h7l-3.5 4Z` : `M${x - 1.5} ${y - 3.5}v7l4 -3.5Z` });

/** A tick for each VM, so that what is folded still shows who is in it. */
export function ticks(x, y, names, looks, most) {
  return names.slice(0, most).map((name, i) => s("rect", { class: `owned ${looks.get(name).colour}`, x: x + i * 7, y: y - 5, width: 5, height: 10, rx: 1 }, s("title", {}, `VM ${shown(name)}`)));
}

/**
 * The four bits that decide, each in its place; those that an alert names stand out.
 * @param fault the register of an alert, if this is the port at fault
 */
export function bits(right, middle, acs, fault) {
  const left = right - BITS_WIDTH;
  const lost = fault && (fault.before & ~fault.after) !== 0 ? fault.bits : [];
  const gained = fault && !lost.length ? fault.bits : [];
  const drawn = REQUIRED.map((bit, i) => {
    const x = left + i * SLOT + SLOT / 2;
    const text = (style, what) => s("text", { class: style, x, y: middle + 4, "text-anchor": "middle" }, what);
    if (lost.includes(bit) || gained.includes(bit)) {
      return s("g", {}, s("rect", { class: "bit", x: x - 11, y: middle - 8, width: 22, height: 16, rx: 3 }), text("mono changed", bit));
    }
    if (!acs) return null;
    return acs.control_flags.includes(bit) ? text("mono", bit) : text("mono quiet", acs.capability_flags.includes(bit) ? "off" : "·");
  });
  const others = [...lost, ...gained].filter((bit) => !REQUIRED.includes(bit));
  if (fault) drawn.push(s("text", { class: "lost", x: left - 4, y: middle + 4, "text-anchor": "end" }, [lost.length ? "lost" : "gained", ...others].join(" ")));
  return drawn;
}

/**
 * What colours and signs mean; the VMs of the alerts first.
 * @param seen which of the signs that are rare are in the picture
 */
export function legend(looks, concernedOnly, seen) {
  const sign = (drawn, text) => h("span", {}, s("svg", { class: "tree", width: 20, height: 18, viewBox: "0 0 20 18", "aria-hidden": "true" }, drawn), " ", text);
  const named = [...looks].filter(([, look]) => !concernedOnly || look.concerned).slice(0, 12);
  const more = looks.size - named.length;
  return h("div", { class: "legend", "aria-label": "Legend" },
    sign([s("rect", { class: "area t0", x: 1, y: 2, width: 18, height: 14, rx: 4 })], "one group"),
    sign([s("rect", { class: "area cross", x: 1, y: 2, width: 18, height: 14, rx: 4 })], "one group, several VMs"),
    seen.alarm ? sign([s("rect", { class: "area alarm", x: 1, y: 2, width: 18, height: 14, rx: 4 })], "one group, a grave alert names it") : null,
    sign([s("circle", { class: "fault", cx: 10, cy: 9, r: 7 })], "port at fault"),
    sign([s("circle", { class: "weak", cx: 10, cy: 9, r: 7, "stroke-dasharray": "2.5 2" })], "weak point"),
    sign([s("rect", { class: "glyph", x: 5, y: 4, width: 9, height: 9, rx: 1.5 })], "bridge, root port"),
    sign([s("path", { class: "glyph", d: "M4.5 9L10 3.5L15.5 9L10 14.5Z" })], "switch port"),
    sign([s("circle", { class: "leaf", cx: 10, cy: 9, r: 4 })], "device"),
    seen.changed ? sign([s("path", { class: "moved", d: "M3 9h12M12 5.5l4 3.5l-4 3.5" })], "its group changed") : null,
    seen.awaited ? sign([s("circle", { class: "awaited v0", cx: 10, cy: 9, r: 5 })], "device of a VM that is not back yet") : null,
    named.map(([name, look]) => sign([s("circle", { class: `owned ${look.colour}`, cx: 4, cy: 9, r: 4 }), ...band(10, 1, look)], cut(name, 24))),
    more > 0 ? h("span", {}, `and ${more.toLocaleString()} VMs more`) : null);
}
