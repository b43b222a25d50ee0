/** The markdown block: common Markdown, as nodes. Headings, lists, quotes, code, tables, links and stress. */

import { h } from "../shared/dom.js";
import { emoji } from "../shared/emoji.js";
import { emojiNode, link } from "./mentions.js";

const FENCE = /^(```|~~~)\s*(\S*)\s*$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const TASK = /^\[([ xX])\]\s+(.*)$/;
const BAR = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$|^\s*\|\s*:?-+:?\s*\|\s*$/;
const INLINE =
  /`([^`]+)`|!?\[([^\]\n]+)\]\(([^)\s]+)(?:\s+"[^"]*")?\)|\*\*([^*\n]+(?:\*[^*\n]+\*[^*\n]*)*)\*\*|__([^_\n]+)__|~~([^~\n]+)~~|\*([^*\s][^*\n]*)\*|(?<![\p{L}\p{N}])_([^_\s][^_\n]*)_(?![\p{L}\p{N}])|<(https?:\/\/[^>\s]+)>|(https?:\/\/[^\s<>)]+)|:([a-z0-9_+-]+):/u;

/** @param {string} source */
export function markdown(source) {
  return h("div", { class: "markdown" }, read(source.replace(/\r\n?/g, "\n").split("\n")));
}

/** @param {string[]} lines @returns {Node[]} */
function read(lines) {
  const nodes = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    const taken = line.trim()
      ? (code(lines, at) ??
        single(line) ??
        quote(lines, at) ??
        table(lines, at) ??
        list(lines, at) ??
        paragraph(lines, at))
      : { node: null, end: at + 1 };
    if (taken.node) nodes.push(taken.node);
    at = taken.end ?? at + 1;
  }
  return nodes;
}

function code(lines, at) {
  const fence = FENCE.exec(lines[at]);
  if (!fence) return null;
  let end = at + 1;
  while (end < lines.length && lines[end].trim() !== fence[1]) end += 1;
  return { node: h("pre", null, lines.slice(at + 1, end).join("\n")), end: end + 1 };
}

function single(line) {
  const heading = HEADING.exec(line);
  // Headings of a message stay below those of the page.
  if (heading) return { node: h("p", { class: `heading level-${heading[1].length}` }, inline(heading[2])) };
  return RULE.test(line) ? { node: h("hr") } : null;
}

function quote(lines, at) {
  let end = at;
  while (end < lines.length && /^\s*>/.test(lines[end])) end += 1;
  if (end === at) return null;
  return { node: h("blockquote", null, read(lines.slice(at, end).map((line) => line.replace(/^\s*> ?/, "")))), end };
}

function table(lines, at) {
  if (!lines[at].includes("|") || !BAR.test(lines[at + 1] ?? "")) return null;
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|")) end += 1;
  const [head, bar, ...rows] = lines.slice(at, end).map(cells);
  const side = bar.map((cell) => (cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "right") : "left"));
  const row = (tag, texts) =>
    h(
      "tr",
      null,
      texts.map((text, column) =>
        h(tag, { class: `align-${side[column] ?? "left"}`, scope: tag === "th" ? "col" : null }, inline(text)),
      ),
    );
  const node = h(
    "div",
    { class: "table-frame", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      { "aria-label": "Table" },
      h("thead", null, row("th", head)),
      h(
        "tbody",
        null,
        rows.map((texts) => row("td", texts)),
      ),
    ),
  );
  return { node, end };
}

function cells(line) {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
}

function list(lines, at) {
  const first = ITEM.exec(lines[at]);
  if (!first) return null;
  const depth = first[1].length;
  const ordered = /\d/.test(first[2]);
  const items = [];
  let end = at;
  while (end < lines.length) {
    const item = ITEM.exec(lines[end]);
    if (item && item[1].length <= depth + 1 && item[1].length >= depth) {
      items.push([item[3]]);
      end += 1;
    } else if (items.length && lines[end].trim() && /^\s+/.test(lines[end])) {
      items[items.length - 1].push(lines[end].slice(Math.min(depth + 2, lines[end].search(/\S/))));
      end += 1;
    } else break;
  }
  const node = h(
    ordered ? "ol" : "ul",
    { start: ordered ? Number.parseInt(first[2], 10) : null },
    items.map(([text, ...more]) => h("li", null, task(text), read(more))),
  );
  return { node, end };
}

function task(text) {
  const found = TASK.exec(text);
  if (!found) return inline(text);
  const done = found[1] !== " ";
  return [
    h("span", { class: "emoji task", role: "img", "aria-label": done ? "done" : "open" }, done ? "☑" : "☐"),
    " ",
    ...inline(found[2]),
  ];
}

function paragraph(lines, at) {
  let end = at + 1;
  while (
    end < lines.length &&
    lines[end].trim() &&
    !FENCE.test(lines[end]) &&
    !HEADING.test(lines[end]) &&
    !ITEM.test(lines[end]) &&
    !/^\s*>/.test(lines[end])
  )
    end += 1;
  return { node: h("p", null, inline(lines.slice(at, end).join("\n"))), end };
}

function inline(text) {
  const nodes = [];
  let left = text;
  for (let found = INLINE.exec(left); found; found = INLINE.exec(left)) {
    if (found.index) nodes.push(document.createTextNode(left.slice(0, found.index)));
    nodes.push(marked(found));
    left = left.slice(found.index + found[0].length);
  }
  if (left) nodes.push(document.createTextNode(left));
  return nodes;
}

/** @param {string[]} found what INLINE found */
function marked([whole, codeText, label, url, bold, strong, strike, em, italic, angled, bare, name]) {
  if (codeText !== undefined) return h("code", null, codeText);
  if (label !== undefined) return link(url, ...inline(label));
  if (bold ?? strong) return h("strong", null, inline(bold ?? strong));
  if (strike !== undefined) return h("s", null, inline(strike));
  if (em ?? italic) return h("em", null, inline(em ?? italic));
  if (angled ?? bare) return link(angled ?? bare, angled ?? bare);
  return emoji(name) ? emojiNode(name) : document.createTextNode(whole);
}
