/** The pieces that stand inside text: people, groups, channels, dates, links, emoji. */

import { h } from "../shared/dom.js";
import { emoji } from "../shared/emoji.js";
import { dated, full } from "../shared/times.js";

/**
 * Who reads, and whom they know. The client of the page is one.
 * @typedef {object} Reader
 * @property {string} zone their time zone
 * @property {() => number} now seconds since 1970, by the sandbox's clock
 * @property {{ id: string }} viewer
 * @property {(id: string) => any} user
 * @property {(id: string) => any} channel
 * @property {(id: string) => any} group
 */

export function userMention(reader, id) {
  const user = reader.user(id);
  return mention(`@${user ? user.real_name : id}`, id === reader.viewer.id);
}

export function groupMention(reader, id, label = "") {
  const group = reader.group(id);
  const mine = group?.users?.includes(reader.viewer.id) ?? false;
  return mention(group ? `@${group.handle}` : label || `@${id}`, mine);
}

export function channelMention(reader, id, label = "") {
  const channel = reader.channel(id);
  return mention(`#${channel?.name ?? (label || id)}`, false);
}

/** `range` is here, channel or everyone. */
export function broadcast(range) {
  return mention(`@${range}`, true);
}

function mention(words, mine) {
  return h("span", { class: mine ? "mention mine" : "mention" }, words);
}

/** An emoji with its name for those who cannot see it; the name itself where there is none. */
export function emojiNode(name) {
  const found = emoji(name);
  if (!found) return document.createTextNode(`:${name}:`);
  return h("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, found);
}

/** A time in the reader's zone; `fallback` where the form is not understood. */
export function dateNode(reader, seconds, form, fallback, { url = "", begins = false } = {}) {
  const words = Number.isFinite(seconds)
    ? (dated(seconds, form, reader.zone, reader.now(), begins) ?? fallback)
    : fallback;
  if (!Number.isFinite(seconds)) return document.createTextNode(words);
  const time = h(
    "time",
    { datetime: new Date(seconds * 1000).toISOString(), title: full(seconds, reader.zone) },
    words,
  );
  return url ? link(url, time) : time;
}

/** A link that leaves the page, in a tab of its own; only the words where the address is none people may follow. */
export function link(url, ...words) {
  if (!isSafe(url)) return h("span", null, ...words);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...words);
}

export function isSafe(url) {
  try {
    return ["http:", "https:", "mailto:", "tel:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}
