/** Checkboxes and radio buttons. */

import { h, newId } from "../shared/dom.js";
import { changed, working } from "./surface.js";
import { textNode } from "./text.js";

/** @param {import("./surface.js").Surface} surface @param {import("./input.js").Naming} naming */
export function choices(block, element, surface, naming) {
  const single = element.type === "radio_buttons";
  const stands = surface.standing(block, element);
  const standing = new Set((single ? [stands] : (stands ?? [])).filter(Boolean).map((option) => option.value));
  const name = newId("choice");
  const node = h("div", {
    class: "options",
    role: single ? "radiogroup" : "group",
    "aria-labelledby": naming.labelledby,
    "aria-label": naming.labelledby ? null : naming.name,
    "aria-describedby": naming.describedby,
    data: { action: element.action_id },
  });
  const tell = async () => {
    const picked = element.options.filter((_, index) => node.querySelectorAll("input")[index].checked);
    const value = single ? (picked[0] ?? null) : picked;
    const outcome = await working(node, () => changed(surface, block, element, value, "chosen"));
    if (outcome.denied) node.replaceWith(choices(block, element, surface, naming));
  };
  node.append(
    ...element.options.map((option) => {
      const id = newId("option");
      return h(
        "div",
        { class: "option" },
        h("input", {
          type: single ? "radio" : "checkbox",
          id,
          name,
          checked: standing.has(option.value),
          onchange: tell,
        }),
        h(
          "label",
          { for: id },
          textNode(option.text, surface.reader),
          option.description &&
            h("span", { class: "option-description" }, textNode(option.description, surface.reader)),
        ),
      );
    }),
  );
  return node;
}
