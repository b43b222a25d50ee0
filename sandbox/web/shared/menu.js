/** A menu that opens from a button: arrows move, Enter chooses, Escape closes, and the focus goes back to the button. */

import { h } from "./dom.js";
import { show } from "./popup.js";

/**
 * @typedef {object} Item
 * @property {string} label
 * @property {Node} [content] what is drawn instead of the label
 * @property {string} [description]
 * @property {boolean} [danger]
 * @property {boolean} [checked] makes it one of several to choose from
 * @property {() => void} choose
 */

/**
 * @param {HTMLElement} button the menu belongs to it and stands beside it
 * @param {(Item | null)[]} items null draws a line
 * @param {{ label: string, side?: "start" | "end" }} options
 */
export function openMenu(button, items, { label, side = "start" }) {
  const menu = h("div", { class: "menu", popover: "auto", role: "menu", "aria-label": label });
  const rows = items.map((item) => (item ? row(item, menu) : h("div", { class: "menu-line", role: "separator" })));
  menu.append(...rows);
  button.after(menu);
  const hide = show(menu, button, { side });
  button.setAttribute("aria-expanded", "true");
  const choices = rows.filter((element) => element.getAttribute("role") !== "separator");
  const focus = (index) => choices[(index + choices.length) % choices.length]?.focus();
  menu.addEventListener("keydown", (event) => {
    const now = choices.indexOf(/** @type {any} */ (document.activeElement));
    const moves = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: choices.length - 1 };
    if (event.key in moves) {
      event.preventDefault();
      focus(moves[event.key]);
    } else if (event.key === "Tab") {
      hide();
    }
  });
  menu.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== "closed") return;
    hide();
    button.setAttribute("aria-expanded", "false");
    if (menu.contains(document.activeElement) || document.activeElement === document.body) button.focus();
    menu.remove();
  });
  focus(
    Math.max(
      0,
      items.filter(Boolean).findIndex((item) => item?.checked),
    ),
  );
}

function row(item, menu) {
  const single = item.checked !== undefined;
  return h(
    "button",
    {
      type: "button",
      class: `menu-item${item.danger ? " danger" : ""}`,
      role: single ? "menuitemradio" : "menuitem",
      "aria-checked": single ? String(item.checked) : null,
      tabindex: "-1",
      onclick: () => {
        menu.hidePopover();
        item.choose();
      },
    },
    item.content ?? h("span", { class: "menu-label" }, item.label),
    item.description && h("span", { class: "menu-description" }, item.description),
  );
}
