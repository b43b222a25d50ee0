/** Light or dark, as somebody chooses; `theme-first.js` shows the choice on every page. */

import { h } from "./dom.js";
import { icon } from "./icons.js";

const KEPT = "kontor-theme";

/** The button that changes the theme. */
export function themeButton(attributes = {}) {
  const button = h("button", { type: "button", class: "icon-button", ...attributes });
  const draw = () => {
    const dark = document.documentElement.dataset.theme === "dark";
    button.replaceChildren(icon(dark ? "sun" : "moon"));
    button.setAttribute("aria-label", dark ? "Use light colours" : "Use dark colours");
    button.title = button.getAttribute("aria-label");
  };
  button.addEventListener("click", () => {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem(KEPT, next);
    document.documentElement.dataset.theme = next;
    draw();
  });
  draw();
  return button;
}
