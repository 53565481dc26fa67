// What stands in words under the picture: why devices are together, and all of one function.

import { ask } from "./api.js";
import { h, hex, shown } from "./dom.js";
import { urgent } from "./alert.js";
import { kind } from "./marks.js";

const weakness = (point) => `If ${point.functions.join(", ")} lost one of ${point.bits.join(", ")}, the next kernel to adopt its registers would put ${shown(point.vms.join(", "))} into one group.`;

function explained(told) {
  return [h("p", {}, `${told.address} is in a group of ${told.group.length}${told.kernel_agrees ? "" : ", by the rules; the kernel reports another group"}. Step by step:`),
    h("ol", { class: "steps" }, told.steps.map((step) => h("li", {}, shown(step.text))))];
}

/** Why the first devices of two VMs of the most urgent merge are together; without one, the weak points. */
export async function why(host, weakPoints) {
  const merge = urgent(host.alerts).find((alert) => alert.code.startsWith("GROUP_MERGED") && alert.devices.length > 1);
  if (!merge) {
    const points = weakPoints.slice(0, 8).map((point) => h("li", {}, weakness(point)));
    return points.length ? [h("h2", {}, `Weak points${weakPoints.length > points.length ? `, ${points.length} of ${weakPoints.length}` : ""}`), h("ul", {}, points)] : [];
  }
  const first = merge.devices[0];
  const second = merge.devices.find((device) => device.owner !== first.owner) ?? merge.devices[1];
  const pair = await ask("host/explanation", { id: host.host, function: first.address, with: second.address });
  const named = (device) => `${device.address}${device.owner ? ` (${shown(device.owner)})` : ""}`;
  return [h("h2", {}, `Why ${named(first)} and ${named(second)} ${pair.together ? "share a group" : "are apart by the rules"}`),
    h("div", { class: "panel even" }, h("div", {}, ...explained(pair.functions[0])), h("div", {}, ...explained(pair.functions[1])))];
}

function facts(node, two) {
  const fact = (name, read, mono) => {
    const [then, now] = [node.before && read(node.before), node.after && read(node.after)].map((value) => (value === null || value === undefined || value === "" ? "-" : shown(value)));
    const style = mono ? "mono" : "";
    return h("tr", {}, h("th", { scope: "row" }, name), two ? h("td", { class: style }, then) : null, h("td", { class: `${style} ${two && then !== now ? "high" : ""}` }, now));
  };
  return h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, ""), two ? h("th", { scope: "col" }, "before") : null, h("th", { scope: "col" }, two ? "after" : "now"))), h("tbody", {},
    fact("address", (fn) => fn.address, true),
    fact("is", (fn) => `${kind(fn)}, ${hex(fn.vendor, 4)}:${hex(fn.device, 4)}`),
    fact("driver", (fn) => fn.driver), fact("VM", (fn) => fn.owner ?? (fn.awaited && `${fn.awaited}, not back yet`)),
    fact("isolates", (fn) => fn.isolates), fact("read", (fn) => fn.status.toLowerCase().replaceAll("_", " ")),
    fact("ACS control", (fn) => fn.acs && `${hex(fn.acs.control, 4)} ${fn.acs.control_flags.join(" ")}`, true),
    fact("ACS capability", (fn) => fn.acs && `${hex(fn.acs.capability, 4)} ${fn.acs.capability_flags.join(" ")}`, true),
    fact("kernel's group", (fn) => fn.group === null ? "none" : `${fn.group} ${fn.group_type ?? ""}`),
    fact("place", (fn) => fn.path, true)));
}

/** All of one function, and why it is in its group; told to `fill` in two steps. */
export async function describe(host, node, fill) {
  const begin = [h("h2", {}, `${kind(node.any)} ${node.any.address}`)];
  const table = h("div", { class: "table" }, facts(node, !!host.before));
  const weak = node.weak ? [h("p", { class: "high" }, `Weak point. ${weakness(node.weak)}`)] : [];
  const panel = (...content) => fill(...begin, h("div", { class: "panel" }, table, h("div", {}, ...weak, ...content)));
  if (!node.after) return panel(h("p", {}, "It is gone."));
  panel(h("p", { class: "quiet" }, "Asking why"));
  try {
    panel(...explained((await ask("host/explanation", { id: host.host, function: node.after.address }))));
  } catch (problem) {
    panel(h("p", { class: "high" }, problem.message));
  }
}
