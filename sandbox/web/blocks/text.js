/** Text objects: plain text, with its emoji where it may have them, and mrkdwn. */

import { h } from "../shared/dom.js";
import { emoji } from "../shared/emoji.js";
import { emojiNode } from "./mentions.js";
import { mrkdwn } from "./mrkdwn.js";

/**
 * @param {any} text a text object, or a bare string
 * @param {import("./mentions.js").Reader} reader
 * @returns {Node}
 */
export function textNode(text, reader) {
  if (text === null || text === undefined) return document.createDocumentFragment();
  if (typeof text === "string") return plain(text, true);
  if (text.type === "mrkdwn")
    return h("div", { class: "mrkdwn" }, mrkdwn(text.text, reader, { verbatim: text.verbatim }));
  return plain(text.text ?? "", text.emoji !== false);
}

/** Text as it stands; :names: become emoji when `withEmoji`. */
export function plain(text, withEmoji) {
  const span = h("span", { class: "plain" });
  if (!withEmoji) {
    span.textContent = text;
    return span;
  }
  text.split(/:([a-z0-9_+-]+(?:::skin-tone-[2-6])?):/).forEach((part, number) => {
    span.append(number % 2 ? emojiNode(part) : part);
  });
  return span;
}

/** The words of a text object, for attributes. */
export function wordsOf(text) {
  if (!text) return "";
  const words = typeof text === "string" ? text : (text.text ?? "");
  return words.replace(/:([a-z0-9_+-]+):/g, (whole, name) => emoji(name) ?? whole);
}
