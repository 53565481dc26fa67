// The picture as a file of its own: styles and colours of the moment inside, nothing from elsewhere.

import { s, shown } from "./dom.js";

const COLOURS = ["paper", "raised", "ink", "quiet", "line", "soft", "focus", "critical", "critical-soft", "high", "high-soft",
  "g0", "g1", "g2", "g3", "g4", "g5", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7"];
const HEAD = 62;

export async function file(svg, host, lines) {
  const css = await (await fetch("/assets/tree.css")).text();
  const now = getComputedStyle(document.documentElement);
  const colours = COLOURS.map((name) => `--${name}:${now.getPropertyValue(`--${name}`).trim()}`).join(";");
  const copy = svg.cloneNode(true);
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const body = s("g", { transform: `translate(0 ${HEAD})` }, ...copy.childNodes);
  const whole = s("svg", { class: "tree", viewBox: `0 0 ${width} ${height + HEAD}`, width, height: height + HEAD },
    s("style", {}, `svg.tree{${colours}}\n${css}`), s("title", {}, `PCI tree of ${shown(host)}`),
    s("rect", { class: "paper", width, height: height + HEAD }),
    s("text", { class: "title", x: 8, y: 24 }, shown(host)),
    ...lines.map((line, i) => s("text", { class: "quiet", x: 8, y: 42 + i * 16 }, shown(line))), body);
  return '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(whole) + "\n";
}

export async function download(svg, host, lines) {
  const url = URL.createObjectURL(new Blob([await file(svg, host, lines)], { type: "image/svg+xml" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `acswatch-${host.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 80)}.svg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
