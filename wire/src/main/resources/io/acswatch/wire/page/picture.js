// The picture as a file of its own: styles and colours of the moment inside, nothing from elsewhere.

import { s, shown } from "./dom.js";

const COLOURS = ["paper", "raised", "ink", "quiet", "line", "soft", "focus", "accent", "critical", "critical-soft", "high", "high-soft",
  "g0", "g1", "g2", "g3", "g4", "g5", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7"];
const TITLE = 62;

/**
 * The text of the file.
 * @param picture head and body, as they are drawn
 */
export async function file(picture, host, lines) {
  const css = await (await fetch("/assets/tree.css")).text();
  const now = getComputedStyle(document.documentElement);
  const colours = COLOURS.map((name) => `--${name}:${now.getPropertyValue(`--${name}`).trim()}`).join(";");
  const size = (svg) => svg.getAttribute("viewBox").split(" ").map(Number).slice(2);
  const [width, head] = size(picture.head);
  const height = TITLE + head + size(picture.body)[1];
  const part = (svg, y) => s("g", { transform: `translate(0 ${y})` }, ...svg.cloneNode(true).childNodes);
  const whole = s("svg", { class: "tree", viewBox: `0 0 ${width} ${height}`, width, height },
    s("style", {}, `svg.tree{${colours}}\n${css}`), s("title", {}, `PCI tree of ${shown(host)}`),
    s("rect", { class: "paper", width, height }),
    s("text", { class: "title", x: 8, y: 24 }, shown(host)),
    ...lines.map((line, i) => s("text", { class: "quiet", x: 8, y: 42 + i * 16 }, shown(line))),
    part(picture.head, TITLE), part(picture.body, TITLE + head));
  return '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(whole) + "\n";
}

export async function download(picture, host, lines) {
  const url = URL.createObjectURL(new Blob([await file(picture, host, lines)], { type: "image/svg+xml" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `acswatch-${host.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 80)}.svg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
