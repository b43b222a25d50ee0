/** Turns :names: into emoji. The machine's own emoji font draws them. */

import { EMOJI, NAMES } from "./emoji-names.js";

const TONES = {
  "skin-tone-2": "🏻",
  "skin-tone-3": "🏼",
  "skin-tone-4": "🏽",
  "skin-tone-5": "🏾",
  "skin-tone-6": "🏿",
};
// Names of flags that are older than the flag-xx form.
const OLD_FLAGS = ["de", "fr", "it", "es", "gb", "us", "jp", "kr", "cn", "ru"];

/**
 * @param {string} name without colons, such as `flag-de`
 * @returns {string | null} null for a name nobody knows
 */
export function emoji(name) {
  const [base, tone] = name.split("::");
  const flag = /^flag-([a-z]{2})$/.exec(base)?.[1] ?? (OLD_FLAGS.includes(base) ? base : null);
  const found = flag ? flagOf(flag) : EMOJI.get(base);
  if (!found) return null;
  return found + (tone ? (TONES[tone] ?? "") : "");
}

/** Names that begin with, or hold, what was typed. */
export function emojiLike(typed, most = 8) {
  const begins = NAMES.filter((name) => name.startsWith(typed));
  const holds = NAMES.filter((name) => !name.startsWith(typed) && name.includes(typed));
  return [...begins, ...holds].slice(0, most);
}

function flagOf(country) {
  return [...country].map((letter) => String.fromCodePoint(0x1f1e6 + letter.charCodeAt(0) - 97)).join("");
}
