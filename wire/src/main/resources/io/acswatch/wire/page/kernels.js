// Which rules the kernels of the fleet follow; shown are those whose release does not tell it.

import { ask } from "./api.js";
import { cut, h } from "./dom.js";

const MOST = 5;

function sentence(kernel) {
  if (kernel.unexplained_hosts === kernel.hosts) return "no rules that are known explain its groups";
  if (!kernel.explaining.length) return "its rules are not told yet";
  return `follows ${kernel.explaining.join(" or ")}`;
}

/** True if some rule set is contradicted that another explains, or none is known: worth a line. */
const tells = (kernel) => kernel.unexplained_hosts || kernel.rule_sets.some((set) => set.answer === "contradicted");

/** Fills an element with what is known of kernels; leaves it empty while that is nothing. */
export async function kernels(element) {
  let list;
  try {
    list = await ask("kernels", { limit: 100 });
  } catch {
    element.replaceChildren(); // all else of the page can be shown
    return;
  }
  const shown = list.kernels.filter(tells).slice(0, MOST);
  element.replaceChildren(...(shown.length ? [h("details", {}, h("summary", {}, "Kernels and their rules"),
    h("ul", {}, shown.map((kernel) => h("li", {}, cut(`${kernel.kernel_release} ${kernel.kernel_version}`.trim(), 120),
      h("p", { class: "quiet" }, `${kernel.hosts.toLocaleString()} host${kernel.hosts === 1 ? "" : "s"}: ${sentence(kernel)}`)))))] : []));
}
