// Causes that several hosts have in common; nothing is shown while there are none.

import { ask } from "./api.js";
import { badge, cut, h, hostLink, shown, when } from "./dom.js";

const MOST = 5;
const HOSTS = 8;

function item(incident, host) {
  const others = incident.sample.filter((other) => other !== host);
  const links = others.slice(0, HOSTS).flatMap((other, i) => [i ? ", " : "", hostLink(other)]);
  const more = incident.hosts - (others.length < incident.sample.length ? 1 : 0) - Math.min(HOSTS, others.length);
  return h("li", {}, badge(incident.severity), " ", cut(incident.headline, 400),
    h("p", { class: "quiet" }, "since ", when(incident.opened_at), host ? "; also on " : "; on ", links, more > 0 ? ` and ${more.toLocaleString()} more` : ""));
}

/** Fills an element with the gravest incidents; with those of one host if it is given. */
export async function incidents(element, host) {
  let list;
  try {
    list = await ask("incidents", { host, limit: MOST });
  } catch (problem) {
    // All else of the page can be shown.
    delete element.dataset.shows;
    element.replaceChildren(h("p", { class: "high" }, `Incidents are not known now: ${problem.message}`));
    return;
  }
  const now = JSON.stringify([list.total, list.incidents, list.silent_instances]);
  if (element.dataset.shows === now) {
    for (const time of element.querySelectorAll("time")) time.textContent = when(time.dateTime).textContent;
    return;
  }
  element.dataset.shows = now;
  const title = `${list.total.toLocaleString()} open incident${list.total === 1 ? "" : "s"}: one cause on several hosts`;
  element.replaceChildren(...(list.total ? [h("section", { class: "incidents" },
    h("h2", {}, list.total > MOST ? `${title}, the gravest ${MOST}` : title), h("ul", {}, list.incidents.map((incident) => item(incident, host))))] : []),
    ...(list.silent_instances.length ? [h("p", { class: "high" }, `Incidents are not complete: ${shown(list.silent_instances.join(", "))} does not answer, or has not read all of them yet.`)] : []));
}
