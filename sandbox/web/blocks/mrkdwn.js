/**
 * Slack's own markup, as nodes. https://docs.slack.dev/messaging/formatting-message-text
 *
 * What stands in <…>, `code`, ::emoji:: is taken out first and replaced by one private character each, so that *bold*
 * may reach over it and nothing inside it is read as markup.
 */

import { h } from "../shared/dom.js";
import { emoji } from "../shared/emoji.js";
import { broadcast, channelMention, dateNode, emojiNode, groupMention, link, userMention } from "./mentions.js";

/** @typedef {import("./mentions.js").Reader} Reader */

const PRIVATE = /[\ue000-\uf8ff]/g;
const FENCE = /```\n?([\s\S]+?)\n?```/g;
const QUOTED = /^(?:&gt;|>) ?/;
const ATOMS = /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+-]+(?:::skin-tone-[2-6])?):/g;
const ADDRESS = /\bhttps?:\/\/[^\s<>|\ue000-\uf8ff]+[^\s<>|.,;:!?)\]'"\ue000-\uf8ff]/g;
/** @type {[string, RegExp][]} */
const STRESS = [
  ["strong", stressed("*")],
  ["em", stressed("_")],
  ["s", stressed("~")],
];

function stressed(sign) {
  const one = `[${sign}]`;
  const inside = `[^\\s${sign}](?:[^${sign}\\n]*[^\\s${sign}])?`;
  return new RegExp(`(?<![\\p{L}\\p{N}${sign}])${one}(${inside})${one}(?![\\p{L}\\p{N}${sign}])`, "u");
}

/**
 * @param {string} source
 * @param {Reader} reader
 * @param {{ verbatim?: boolean }} [options] verbatim text has no bare addresses made into links
 * @returns {DocumentFragment}
 */
export function mrkdwn(source, reader, { verbatim = false } = {}) {
  const fragment = document.createDocumentFragment();
  const parts = source.replace(PRIVATE, "\ufffd").split(FENCE);
  parts.forEach((part, number) => {
    if (number % 2) fragment.append(h("pre", null, decoded(part)));
    else if (part.trim() || parts.length === 1)
      fragment.append(...lines(part.replace(/^\n|\n$/g, ""), reader, verbatim));
  });
  return fragment;
}

/** Lines that begin with > stand together as a quote. */
function lines(text, reader, verbatim) {
  const nodes = [];
  let quoted = [];
  let plain = [];
  const flush = () => {
    if (plain.length) nodes.push(h("span", { class: "lines" }, inline(plain.join("\n"), reader, verbatim)));
    if (quoted.length) nodes.push(h("blockquote", null, inline(quoted.join("\n"), reader, verbatim)));
    plain = [];
    quoted = [];
  };
  for (const line of text.split("\n")) {
    const isQuote = QUOTED.test(line);
    if (isQuote ? plain.length : quoted.length) flush();
    (isQuote ? quoted : plain).push(isQuote ? line.replace(QUOTED, "") : line);
  }
  flush();
  return nodes;
}

function inline(text, reader, verbatim) {
  /** @type {Node[]} */
  const atoms = [];
  const keep = (node) => String.fromCharCode(0xe000 + atoms.push(node) - 1);
  let left = text.replace(ATOMS, (whole, code, token, name, at) => {
    if (atoms.length > 6000) return whole;
    if (code !== undefined) return keep(h("code", null, decoded(code)));
    if (token !== undefined) return keep(angled(token, reader, /(^|\n)[*_~]*$/.test(text.slice(0, at))));
    return emoji(name) ? keep(emojiNode(name)) : whole;
  });
  if (!verbatim) left = left.replace(ADDRESS, (url) => keep(link(decoded(url), decoded(url))));
  return stress(left, atoms);
}

/** Finds the first stressed part and what is around it, again and again. */
function stress(text, atoms) {
  let first = null;
  for (const [tag, pattern] of STRESS) {
    const found = pattern.exec(text);
    if (found && (!first || found.index < first.found.index)) first = { tag, found };
  }
  if (!first) return leaves(text, atoms);
  const { tag, found } = first;
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  return [...leaves(before, atoms), h(tag, null, stress(found[1], atoms)), ...stress(after, atoms)];
}

function leaves(text, atoms) {
  return text.split(/([\ue000-\uf8ff])/).map((part) => {
    const atom = part.length === 1 ? atoms[part.charCodeAt(0) - 0xe000] : undefined;
    return atom ?? document.createTextNode(decoded(part));
  });
}

/** What stands between < and >; `begins` when it begins a line. */
function angled(token, reader, begins) {
  const bar = token.indexOf("|");
  const name = bar < 0 ? token : token.slice(0, bar);
  const label = bar < 0 ? "" : decoded(token.slice(bar + 1));
  if (/^@[UW]/.test(name)) return userMention(reader, name.slice(1));
  if (/^#C/.test(name) || /^#G/.test(name)) return channelMention(reader, name.slice(1), label);
  if (name.startsWith("!subteam^")) return groupMention(reader, name.split("^")[1], label);
  if (name.startsWith("!date^")) {
    const [, seconds, form, url] = name.split("^");
    return dateNode(reader, Number(seconds), decoded(form ?? ""), label, { url: url && decoded(url), begins });
  }
  if (/^!(here|channel|everyone)$/.test(name)) return broadcast(name.slice(1));
  if (name.startsWith("!") || /^[@#]/.test(name)) return document.createTextNode(label || `<${decoded(name)}>`);
  const url = decoded(name);
  return link(url, label || url.replace(/^mailto:/, ""));
}

export function decoded(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}
