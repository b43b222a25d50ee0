/** What this page cannot draw is shown as such, with what it holds, so that nothing disappears without a word. */

import { h } from "../shared/dom.js";

export function unknown(kind, given) {
  return h(
    "details",
    { class: "not-drawn" },
    h("summary", null, `Not drawn here: ${kind ?? "something without a type"}`),
    h("pre", { tabindex: "0" }, JSON.stringify(given, null, 2)),
  );
}
