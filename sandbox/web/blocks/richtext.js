/** rich_text: text as a tree. https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */

import { h } from "../shared/dom.js";
import { broadcast, channelMention, dateNode, emojiNode, groupMention, link, userMention } from "./mentions.js";
import { unknown } from "./unknown.js";

const BULLETS = ["disc", "circle", "square"];
const NUMBERS = ["decimal", "lower-alpha", "lower-roman"];

export function richText(block, reader) {
  return h(
    "div",
    { class: "rich-text" },
    (block.elements ?? []).map((part) => drawn(part, reader)),
  );
}

function drawn(part, reader) {
  const inside = () => (part.elements ?? []).map((element, index) => piece(element, reader, index === 0));
  switch (part.type) {
    case "rich_text_section":
      return h("div", { class: "rich-section" }, inside());
    case "rich_text_quote":
      return h("blockquote", null, inside());
    case "rich_text_preformatted":
      return h("pre", null, inside());
    case "rich_text_list":
      return list(part, reader);
    default:
      return unknown(part.type, part);
  }
}

function list(part, reader) {
  const level = (part.indent ?? 0) % 3;
  const ordered = part.style === "ordered";
  return h(
    ordered ? "ol" : "ul",
    {
      class: part.border ? "bordered" : null,
      start: ordered && part.offset ? part.offset + 1 : null,
      style: {
        "list-style-type": (ordered ? NUMBERS : BULLETS)[level],
        "margin-inline-start": `${(part.indent ?? 0) * 28}px`,
      },
    },
    (part.elements ?? []).map((item) => h("li", null, drawn(item, reader))),
  );
}

function piece(element, reader, begins) {
  return styled(bare(element, reader, begins), element.style);
}

function bare(element, reader, begins) {
  switch (element.type) {
    case "text":
      return document.createTextNode(element.text ?? "");
    case "link":
      return link(element.url, element.text || element.url);
    case "emoji":
      return element.unicode
        ? fromCode(element)
        : emojiNode(element.skin_tone ? `${element.name}::skin-tone-${element.skin_tone}` : element.name);
    case "user":
      return userMention(reader, element.user_id);
    case "usergroup":
      return groupMention(reader, element.usergroup_id);
    case "channel":
      return channelMention(reader, element.channel_id);
    case "broadcast":
      return broadcast(element.range);
    case "date":
      return dateNode(reader, Number(element.timestamp), element.format ?? "{date}", element.fallback ?? "", {
        url: element.url,
        begins,
      });
    case "color":
      return h(
        "span",
        { class: "colour" },
        h("span", { class: "swatch", style: { background: element.value } }),
        element.value,
      );
    default:
      return unknown(element.type, element);
  }
}

function fromCode(element) {
  try {
    const letters = element.unicode.split("-").map((code) => String.fromCodePoint(Number.parseInt(code, 16)));
    return h(
      "span",
      { class: "emoji", role: "img", "aria-label": (element.name ?? "").replaceAll("_", " ") },
      letters.join(""),
    );
  } catch {
    return emojiNode(element.name ?? "");
  }
}

function styled(node, style) {
  if (!style) return node;
  const tags = { code: "code", bold: "strong", italic: "em", strike: "s", underline: "u", highlight: "mark" };
  return Object.entries(tags).reduce((inside, [name, tag]) => (style[name] ? h(tag, null, inside) : inside), node);
}
