// Causes that several hosts have in common, one line each in words; nothing is shown while there are none.

import { ask } from "./api.js";
import { badge, cut, h, hostLink, refresh, shown, when } from "./dom.js";

const MOST = 20, OF_HOST = 5;
const HOSTS = 8, LISTED = 100;

/** What an alert of a code says of any host. */
const WORDS = {
  GROUP_MERGED_CROSS_VM: "devices of different VMs share one IOMMU group",
  GROUP_MERGED_VM_HOST: "a VM's device shares its IOMMU group with a device that no VM owns",
  GROUP_MERGED_SAME_VM: "devices of one VM that were apart share an IOMMU group",
  GROUP_MERGED_UNOWNED: "devices that no VM owns share an IOMMU group",
  OWNERSHIP_UNKNOWN: "devices share an IOMMU group, and who owns them is not known",
  CROSS_VM_SHARED_GROUP: "claims give devices of one group to different VMs",
  RUNTIME_ISOLATION_LOSS: "a port above a VM's device ceased to isolate while the kernel runs",
  SILENT_ISOLATION_LOSS: "the kernel keeps VMs apart that the hardware does not",
  PENDING_MERGE: "a live update now would put devices of different VMs into one group",
  HOST_ID_CONFLICT: "two machines send under one host id",
  ACS_BIT_CLEARED: "a port lost ACS bits",
  ACS_BIT_SET: "a port gained ACS bits",
  ACS_CAP_DROPPED: "a function has no ACS capability any more",
  ACS_CAP_CHANGED: "the ACS capability of a function is another",
  ACS_CMDLINE_CHANGED: "options about ACS or the IOMMU came or went",
  ACS_OVERRIDE_ACTIVE: "the kernel claims isolation that no capability promises",
  IOMMU_OFF: "nothing translates the requests of devices",
  DEVICE_MISSING: "a function is gone",
  CONFIG_TRUNCATED: "the collector may not read what there is",
  CONFIG_UNREADABLE: "a function does not answer",
  KERNEL_RULES_UNKNOWN: "the kernel forms groups by rules that are not known",
};

const hosts = (n) => `${n.toLocaleString()} host${n === 1 ? "" : "s"}`;

/** One line: on how many hosts, what, where, and what else they have in common. */
function sentence(incident) {
  const words = WORDS[incident.code] ?? incident.code;
  return [badge(incident.severity), " ", h("b", {}, hosts(incident.open_hosts)), `: ${words}`,
    incident.place ? [incident.bits.length ? "; port at fault " : "; at ", h("span", { class: "mono" }, cut(incident.place, 80))] : [],
    incident.bits.length ? `, bits ${incident.bits.join(" ")}` : ""].flat();
}

const common = (incident) => ["since ", when(incident.opened_at), `; kernel ${cut(incident.kernel, 60)}${incident.platform ? `, platform ${cut(incident.platform, 120)}` : ""}`];

/** The line of an incident; its hosts are asked for when it is opened. */
function line(incident) {
  const inside = h("div", { class: "inside" });
  const open = async () => {
    if (inside.firstChild) return;
    try {
      const list = await ask("hosts", { incident: incident.incident, limit: LISTED });
      const more = incident.open_hosts - list.hosts.length;
      inside.replaceChildren(...list.hosts.flatMap((host, i) => [i ? ", " : "", hostLink(host.host)]), more > 0 ? ` and ${more.toLocaleString()} more` : "");
    } catch (problem) {
      inside.textContent = problem.message;
    }
  };
  return h("details", { "data-id": incident.incident, ontoggle: (event) => { if (event.target.open) open(); } },
    h("summary", {}, sentence(incident), h("span", { class: "quiet common" }, common(incident))), inside);
}

/** A part of the page that is made anew only when there is news; what is open in it stays open. */
async function section(element, parameters, fill) {
  let list;
  try {
    list = await ask("incidents", parameters);
  } catch (problem) {
    // All else of the page can be shown; of a server that is gone the page tells.
    if (!problem.status && element.dataset.shows) return [];
    delete element.dataset.shows;
    element.replaceChildren(h("p", { class: "high" }, `Shared causes are not known now: ${problem.message}`));
    return [];
  }
  const now = JSON.stringify([list.total, list.incidents, list.silent_instances]);
  if (element.dataset.shows === now) {
    refresh(element);
  } else {
    const open = new Set([...element.querySelectorAll("details[open]")].map((one) => one.dataset.id));
    element.dataset.shows = now;
    element.replaceChildren(...(list.total ? [h("section", { class: "incidents" }, fill(list))] : []),
      ...(list.silent_instances.length ? [h("p", { class: "high" }, `Shared causes are not complete: ${shown(list.silent_instances.join(", "))} does not answer, or has not read all of them yet.`)] : []));
    for (const one of element.querySelectorAll("details")) one.open = open.has(one.dataset.id);
  }
  return list.incidents;
}

/** Fills an element with what hosts share, gravest first, warnings in one line; gives the ids of these incidents. */
export async function shared(element) {
  const told = await section(element, { limit: MOST }, (list) => {
    const grave = list.incidents.filter((one) => /critical|high/.test(one.severity));
    const rest = list.incidents.filter((one) => !grave.includes(one));
    const more = list.total - list.incidents.length;
    return [h("h2", {}, "One cause on several hosts"), grave.map(line),
      rest.length ? h("details", { "data-id": "rest" }, h("summary", {}, `${rest.length} shared cause${rest.length === 1 ? "" : "s"} of warnings`), h("div", { class: "inside" }, rest.map(line))) : null,
      more > 0 ? h("p", { class: "quiet" }, `${more.toLocaleString()} more: `, h("a", { href: "/api/v1/incidents?limit=1000" }, "/api/v1/incidents")) : null].flat();
  });
  return told.map((incident) => incident.incident);
}

/** Fills an element with what a host shares with others. */
export function incidents(element, host) {
  return section(element, { host, limit: OF_HOST }, (list) => [
    h("h2", {}, `${list.total.toLocaleString()} cause${list.total === 1 ? "" : "s"} shared with other hosts`), h("ul", {}, list.incidents.map((incident) => {
      const others = incident.sample.filter((other) => other !== host);
      const more = incident.open_hosts - 1 - Math.min(HOSTS, others.length);
      return h("li", {}, sentence(incident), h("p", { class: "quiet" }, common(incident), "; also on ",
        others.slice(0, HOSTS).flatMap((other, i) => [i ? ", " : "", hostLink(other)]), more > 0 ? ` and ${more.toLocaleString()} more` : ""));
    }))]);
}
