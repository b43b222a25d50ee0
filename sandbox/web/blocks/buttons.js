/** What is pressed: buttons, overflow menus, and the thumbs of feedback. */

import { h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { openMenu } from "../shared/menu.js";
import { isSafe } from "./mentions.js";
import { agreed, spotOf, working } from "./surface.js";
import { plain, wordsOf } from "./text.js";

/** @typedef {import("./surface.js").Surface} Surface */

export function button(block, element, surface) {
  const style = element.style === "primary" || element.style === "danger" ? ` ${element.style}` : "";
  const node = h(
    element.url && isSafe(element.url) ? "a" : "button",
    {
      class: `button${style}`,
      "aria-label": element.accessibility_label,
      data: { action: element.action_id },
      ...(element.url && isSafe(element.url)
        ? { href: element.url, target: "_blank", rel: "noopener noreferrer" }
        : { type: "button" }),
    },
    plain(wordsOf(element.text), element.text?.emoji !== false),
  );
  node.addEventListener("click", () => press(node, block, element, surface));
  return node;
}

async function press(node, block, element, surface, option) {
  if (node.classList.contains("working") || !(await agreed(element, surface.reader))) return;
  await working(node, () => surface.press(spotOf(block, element, option)));
}

export function overflow(block, element, surface) {
  const node = h(
    "button",
    {
      type: "button",
      class: "button overflow",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { action: element.action_id },
    },
    icon("dots"),
  );
  const choose = (option) => () => {
    if (option.url && isSafe(option.url)) window.open(option.url, "_blank", "noopener,noreferrer");
    press(node, block, element, surface, option.value);
  };
  node.addEventListener("click", () => {
    const items = element.options.map((option) => ({
      label: wordsOf(option.text),
      description: wordsOf(option.description),
      choose: choose(option),
    }));
    openMenu(node, items, { label: "More actions" });
  });
  return h("span", { class: "anchor" }, node);
}

export function feedback(block, element, surface) {
  const thumb = (side, sign) => {
    const node = h(
      "button",
      { type: "button", class: "button", "aria-label": side.accessibility_label ?? wordsOf(side.text) },
      `${sign} `,
      wordsOf(side.text),
    );
    node.addEventListener("click", () => press(node, block, element, surface, side.value));
    return node;
  };
  return h("span", { class: "feedback" }, thumb(element.positive_button, "👍"), thumb(element.negative_button, "👎"));
}

export function iconButton(block, element, surface) {
  if (element.visible_to_user_ids && !element.visible_to_user_ids.includes(surface.reader.viewer.id)) return null;
  const node = h(
    "button",
    { type: "button", class: "button", "aria-label": element.accessibility_label },
    wordsOf(element.text),
  );
  node.addEventListener("click", () => press(node, block, element, surface));
  return node;
}
