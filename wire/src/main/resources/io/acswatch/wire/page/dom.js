// Elements from names, attributes and children. Texts become text nodes and nothing else: what a
// host or a VM is called is never markup.

const SVG = "http://www.w3.org/2000/svg";

/** Control characters, and those that turn the direction of writing, would hide what a name is. */
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]/g;

/** A name from outside, fit to be read. */
export const shown = (text) => String(text).replace(HIDDEN, "\ufffd");

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** An HTML element. */
export const h = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);

/** An SVG element. */
export const s = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

/** A text cut to a length; the whole of it stays in the title of what it stands in. */
export function cut(text, length) {
  const whole = [...shown(text)];
  return whole.length <= length ? whole.join("") : whole.slice(0, length - 1).join("") + "…";
}

const MINUTE = 60, HOUR = 3600, DAY = 86400;

/** How long ago a time was, in the largest unit that fits. */
export function ago(time) {
  if (!time) return "never";
  const seconds = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
  if (seconds < MINUTE) return `${Math.floor(seconds)} s ago`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  return `${Math.floor(seconds / DAY)} days ago`;
}

/** A time as people read it, in UTC. */
export const exact = (time) => (time ? time.replace("T", " ").replace(/(\.\d+)?Z$/, "Z") : "never");

/** A time in words; the exact one in its title, and on paper. */
export const when = (time) => h("time", { datetime: time, title: exact(time) }, h("span", {}, ago(time)));

/** Says anew how long ago the times in an element were. */
export function refresh(element) {
  for (const time of element.querySelectorAll("time")) time.firstChild.textContent = ago(time.dateTime);
}

export const hex = (number, digits) => number.toString(16).padStart(digits, "0");

export const badge = (severity) => h("span", { class: `badge ${severity}` }, severity);

export const hostLink = (host) => h("a", { href: `/host?id=${encodeURIComponent(host)}` }, shown(host));
