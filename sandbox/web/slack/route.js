/**
 * Where one is, kept in the address: `#ana/support`, `#ana/support/1764000000.000100` with a thread open,
 * `#ana/@app/home`.
 *
 * @typedef {{ who: string, place: string, detail: string }} Where
 */

export const APP = "@app";

/** @returns {Where} */
export function whereNow() {
  const [who = "", place = "", detail = ""] = location.hash.slice(1).split("/").map(decodeURIComponent);
  return { who, place, detail };
}

/** @param {Partial<Where>} to what is left out stays, except the detail */
export function addressOf(to) {
  const { who, place } = whereNow();
  const parts = [to.who ?? who, to.place ?? place, to.detail ?? ""].filter(Boolean);
  return `#${parts.map((part) => encodeURIComponent(part).replaceAll("%40", "@")).join("/")}`;
}

/** @param {Partial<Where>} to */
export function go(to) {
  location.hash = addressOf(to);
}

/** The same, without a step back. */
export function turn(to) {
  history.replaceState(null, "", addressOf(to));
}
