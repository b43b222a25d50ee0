/** The first minute: what to try, in the order that makes sense. Put away for good with one click. */

import { h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { addressOf } from "./route.js";

const KEPT = "kontor-guide-done";

/** @param {import("./client.js").Client} client */
export function guide(client) {
  if (localStorage.getItem(KEPT)) return null;
  const side = client.told.other_side;
  const other = (words) => (side ? h("a", { href: side, target: "kontor-other-side", rel: "noopener" }, words) : words);
  const to = (place, words) => h("a", { href: addressOf({ place }) }, words);
  const done = () => {
    localStorage.setItem(KEPT, "yes");
    box.remove();
  };
  const box = h(
    "section",
    { class: "guide", "aria-labelledby": "guide-title" },
    h("h2", { id: "guide-title" }, "New here?"),
    h(
      "button",
      { type: "button", class: "icon-button", "aria-label": "Put this away", onclick: done },
      icon("cross", 16),
    ),
    h(
      "ol",
      null,
      h("li", null, "Open a ticket in ", to("support", "#support"), " and press ", h("strong", null, "Reply"), "."),
      h("li", null, "See it as the customer on ", other("the other side"), "."),
      h("li", null, "Decide a return in ", to("returns", "#returns"), " with ", h("strong", null, "Accept"), "."),
      h("li", null, "Type ", h("code", null, "/kontor"), " for everything else."),
    ),
  );
  return box;
}
