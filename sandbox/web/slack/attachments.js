/** Attachments: the older frame around parts of a message, with a coloured edge. */

import { drawBlocks } from "../blocks/blocks.js";
import { mrkdwn } from "../blocks/mrkdwn.js";
import { pictureAddress } from "../blocks/image.js";
import { link } from "../blocks/mentions.js";
import { h } from "../shared/dom.js";

const COLOURS = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

/** @param {import("../blocks/surface.js").Surface} surface */
export function attachments(given, surface) {
  return given.map((each) =>
    h(
      "div",
      { class: "attachment", style: { "--edge": colourOf(each.color) } },
      each.blocks ? drawBlocks(each.blocks, surface) : older(each, surface.reader),
    ),
  );
}

function older(each, reader) {
  const words = (text) => text && h("div", { class: "mrkdwn" }, mrkdwn(text, reader));
  return [
    words(each.pretext),
    each.title && h("strong", null, each.title_link ? link(each.title_link, each.title) : each.title),
    words(each.text ?? (each.title || each.fields ? "" : each.fallback)),
    each.fields &&
      h(
        "div",
        { class: "section-fields" },
        each.fields.map((field) =>
          h("div", { class: "section-field" }, h("strong", null, field.title), words(field.value)),
        ),
      ),
    each.image_url &&
      h("img", { class: "picture", src: pictureAddress(each), alt: each.fallback ?? "", loading: "lazy" }),
    each.footer && h("div", { class: "context" }, each.footer),
  ];
}

function colourOf(given) {
  if (COLOURS[given]) return COLOURS[given];
  return /^#?[0-9a-f]{3,6}$/i.test(given ?? "") ? `#${given.replace("#", "")}` : "var(--line)";
}
