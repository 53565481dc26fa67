// An alert in full: what is wrong, which register, what to do.

import { badge, h, hex, shown, when } from "./dom.js";

const ORDER = ["critical", "high", "warning", "info"];

/** The most urgent first. */
export const urgent = (alerts) => [...alerts].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));

function register(cause) {
  if (!cause?.port) return null;
  return `${(cause.port_type ?? "").replaceAll("-", " ")} ${cause.port}, ACS Control at 0x${hex(cause.register_offset, 3)}: ${hex(cause.before, 4)} → ${hex(cause.after, 4)}, ${cause.bits.join(" ")}`;
}

function banner(alert) {
  const line = (name, ...text) => [h("dt", {}, name), h("dd", {}, ...text)];
  return h("section", { class: `banner ${alert.severity}` }, h("h2", {}, badge(alert.severity), " ", shown(alert.headline)),
    alert.cause ? h("p", {}, shown(alert.cause.explanation)) : null,
    h("dl", {}, register(alert.cause) ? line("At fault", h("span", { class: "mono" }, register(alert.cause))) : null,
      line("Next", shown(alert.next_step)),
      alert.runbook_url ? line("Runbook", h("a", { href: alert.runbook_url, rel: "noreferrer" }, alert.runbook_url)) : null,
      line("Alert", h("span", { class: "quiet" }, `${alert.code}`, alert.taken_after ? [", open since ", when(alert.raised_at ?? alert.taken_after), ", last changed ", when(alert.taken_after)] : [], `, revision ${alert.revision}, `, h("code", {}, alert.fingerprint)))));
}

/** The most urgent alert in full, the others folded below it. */
export function alertsOf(host) {
  const alerts = urgent(host.alerts);
  if (!alerts.length) return h("p", { class: "fresh" }, "No open alert.");
  const rest = alerts.slice(1);
  const codes = [...new Set(rest.map((alert) => alert.code))].join(", ");
  return h("div", {}, banner(alerts[0]), rest.length ? h("details", {}, h("summary", {}, `${rest.length} more: ${codes}`), rest.map(banner)) : null);
}
