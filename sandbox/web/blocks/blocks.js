/** Draws Block Kit: every block by its type. https://docs.slack.dev/reference/block-kit/blocks */

import { h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { drawElement } from "./elements.js";
import { image, imageBlock } from "./image.js";
import { input } from "./input.js";
import { markdown } from "./markdown.js";
import { link } from "./mentions.js";
import { richText } from "./richtext.js";
import { table } from "./table.js";
import { textNode, wordsOf } from "./text.js";
import { unknown } from "./unknown.js";

/** @typedef {import("./surface.js").Surface} Surface */

/**
 * @param {any[]} blocks
 * @param {Surface} surface
 * @returns {HTMLElement[]}
 */
export function drawBlocks(blocks, surface) {
  // A table stands below everything else of a message.
  const order = [
    ...blocks.filter((block) => block.type !== "table"),
    ...blocks.filter((block) => block.type === "table"),
  ];
  return order.map((block) => drawBlock(block, surface));
}

/** @param {Surface} surface */
function drawBlock(block, surface) {
  const draw = DRAWN[block?.type];
  if (!draw) return h("div", { class: "block" }, unknown(block?.type, block));
  return h("div", { class: `block block-${block.type}`, data: { block: block.block_id } }, draw(block, surface));
}

const DRAWN = {
  // Headings of a message stand below the day's, those of a window below its title.
  header: (block, { kind, reader }) =>
    h(kind === "message" ? "h4" : "h3", { class: "header" }, textNode(block.text, reader)),
  section,
  context,
  divider: () => h("hr"),
  image: (block, surface) => imageBlock(block, surface.reader),
  actions: (block, surface) => h("div", { class: "actions" }, elements(block, surface)),
  context_actions: (block, surface) => h("div", { class: "actions" }, elements(block, surface)),
  input,
  rich_text: (block, surface) => richText(block, surface.reader),
  table: (block, surface) => table(block, surface.reader),
  data_table: (block, surface) => table(block, surface.reader),
  markdown: (block) => markdown(block.text ?? ""),
  alert,
  video,
  card,
  container,
  carousel: (block, surface) => h("div", { class: "carousel" }, drawBlocks(block.elements ?? [], surface)),
};

function elements(block, surface) {
  return block.elements.map((element) => drawElement(block, element, surface, { name: nameOf(element) }));
}

/** What an element outside of a form is called: its placeholder says it best. */
function nameOf(element) {
  return wordsOf(element.placeholder) || element.action_id || "";
}

function section(block, surface) {
  const { text, fields, accessory } = block;
  return h(
    "div",
    { class: "section" },
    h(
      "div",
      { class: "section-words" },
      text && h("div", { class: "section-text" }, textNode(text, surface.reader)),
      fields &&
        h(
          "div",
          { class: "section-fields" },
          fields.map((field) => h("div", { class: "section-field" }, textNode(field, surface.reader))),
        ),
    ),
    accessory && h("div", { class: "accessory" }, drawElement(block, accessory, surface, { name: nameOf(accessory) })),
  );
}

function context(block, surface) {
  return h(
    "div",
    { class: "context" },
    block.elements.map((part) => (part.type === "image" ? image(part) : textNode(part, surface.reader))),
  );
}

const SIGNS = { info: "ℹ️", warning: "⚠️", error: "⛔", success: "✅" };

function alert(block, surface) {
  const level = block.level ?? "default";
  return h(
    "div",
    { class: `alert alert-${level}` },
    SIGNS[level] && h("span", { class: "emoji", role: "img", "aria-label": level }, SIGNS[level]),
    h("div", null, textNode(block.text, surface.reader)),
  );
}

/** Videos stand elsewhere, and nothing is loaded from there: only the words and the address are shown. */
function video(block, surface) {
  return h(
    "div",
    { class: "alert alert-default" },
    icon("file"),
    h(
      "div",
      null,
      link(block.title_url ?? block.video_url, textNode(block.title, surface.reader)),
      block.description && h("div", null, textNode(block.description, surface.reader)),
    ),
  );
}

function card(block, surface) {
  return h(
    "div",
    { class: "card" },
    block.hero_image && h("div", { class: "card-hero" }, image(block.hero_image)),
    h(
      "div",
      { class: "card-head" },
      block.icon && image(block.icon),
      h(
        "div",
        null,
        block.title && h("strong", null, textNode(block.title, surface.reader)),
        block.subtitle && h("div", { class: "context" }, textNode(block.subtitle, surface.reader)),
      ),
    ),
    block.body && h("div", null, textNode(block.body, surface.reader)),
    block.actions &&
      h(
        "div",
        { class: "actions" },
        block.actions.map((element) => drawElement(block, element, surface, { name: nameOf(element) })),
      ),
  );
}

function container(block, surface) {
  const title = [
    block.icon && image(block.icon),
    h(
      "span",
      null,
      block.rich_text_title
        ? richText(block.rich_text_title, surface.reader)
        : h("strong", null, textNode(block.title, surface.reader)),
      block.subtitle && h("span", { class: "context" }, textNode(block.subtitle, surface.reader)),
    ),
  ];
  const children = drawBlocks(block.child_blocks ?? [], surface);
  if (!block.is_collapsible) return h("div", { class: "container" }, h("div", { class: "card-head" }, title), children);
  return h("details", { class: "container", open: !block.default_collapsed }, h("summary", null, title), children);
}
