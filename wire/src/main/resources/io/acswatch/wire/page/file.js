// Shows one host out of a file, with what the command printed that made it.

import { h } from "./dom.js";
import * as theme from "./theme.js";

const answers = JSON.parse(document.getElementById("answers").textContent);
const main = document.getElementById("main");

// The page remembers in its address what is seen; a file's address is left alone.
history.replaceState = () => {};
theme.start();
document.getElementById("freshness").textContent = "a file: nothing in it changes";
if (answers.selected) document.documentElement.dataset.function = answers.selected;
const host = await import("acswatch/host.js");
await host.show(main);
main.append(h("section", {}, h("h2", {}, "As the command printed it"), h("pre", {}, answers.says)));
document.documentElement.dataset.ready = "yes";
