/**
 * The input block: a label, a field, a hint, and what is wrong with it.
 *
 * @typedef {object} Naming
 * @property {string} name what the field is called
 * @property {string} [labelledby] the id of the element that names it
 * @property {string} [describedby] the ids of hint and error
 * @property {boolean} [invalid]
 */

import { h, newId } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { drawElement } from "./elements.js";
import { textNode, wordsOf } from "./text.js";

/** @param {import("./surface.js").Surface} surface */
export function input(block, surface) {
  const id = newId("field");
  const error = surface.error(block.block_id);
  const described = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const naming = {
    name: wordsOf(block.label),
    labelledby: `${id}-label`,
    describedby: described,
    invalid: Boolean(error),
  };
  const field = drawElement(block, block.element, surface, naming);
  const label = h(
    "div",
    { class: "label", id: `${id}-label` },
    textNode(block.label, surface.reader),
    block.optional && h("span", { class: "optional" }, " (optional)"),
  );
  // A click on the words goes to the field, as a label's does; most fields here are more than one element.
  label.addEventListener("click", () => field.querySelector?.("input, textarea")?.focus() ?? field.focus?.());
  return [
    label,
    field,
    block.hint && h("div", { class: "hint", id: `${id}-hint` }, textNode(block.hint, surface.reader)),
    error && h("div", { class: "error", id: `${id}-error`, role: "alert" }, icon("warning", 16), error),
  ];
}
