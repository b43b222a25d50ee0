/** Faces, drawn: the initials of a person on a colour of their own, and the badge of the app. */

import { h, svg } from "./dom.js";

const COLOURS = ["#8a3b4d", "#2f6b52", "#3b5b92", "#8a5a1c", "#6a4a8c", "#1f6f7a", "#9a4a22", "#4a6a24", "#a03d7a"];

/**
 * @param {{ id: string, real_name: string, is_bot?: boolean }} user
 * @param {number} size in pixels
 */
export function avatar(user, size = 36) {
  if (user.is_bot) {
    return h("img", { class: "avatar", src: "/web/kontor.svg", alt: "", width: size, height: size });
  }
  return svg(
    "svg",
    { class: "avatar", viewBox: "0 0 36 36", width: size, height: size, "aria-hidden": "true" },
    svg("rect", { width: 36, height: 36, fill: colourOf(user.id) }),
    svg("circle", { cx: 30, cy: 4, r: 15, fill: "#fff", opacity: 0.1 }),
    svg(
      "text",
      {
        x: 18,
        y: 18,
        fill: "#fff",
        "font-size": 15,
        "font-weight": 600,
        "text-anchor": "middle",
        "dominant-baseline": "central",
      },
      initials(user.real_name),
    ),
  );
}

/** The colour that belongs to an id; the same id always has the same. */
export function colourOf(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
  return COLOURS[sum % COLOURS.length];
}

function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  const chosen = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return chosen.map((word) => [...word][0].toLocaleUpperCase()).join("");
}
