/** A small window of emoji to pick one from. */

import { h, replace } from "../shared/dom.js";
import { emoji } from "../shared/emoji.js";
import { NAMES } from "../shared/emoji-names.js";
import { show } from "../shared/popup.js";

const COLUMNS = 8;

/**
 * @param {HTMLElement} button the picker stands beside it
 * @param {(name: string) => void} take
 */
export function pickEmoji(button, take) {
  const grid = h("div", { class: "emoji-grid", role: "group", "aria-label": "Emoji" });
  const search = h("input", {
    type: "search",
    class: "field",
    placeholder: "Search all emoji",
    "aria-label": "Search all emoji",
  });
  const picker = h(
    "div",
    { class: "emoji-picker", popover: "auto", role: "dialog", "aria-label": "Emoji picker" },
    search,
    grid,
  );
  const draw = () => {
    const found = NAMES.filter((name) => name.includes(search.value.trim().toLowerCase().replaceAll(" ", "_")));
    replace(
      grid,
      found.map((name) =>
        h(
          "button",
          { type: "button", title: `:${name}:`, "aria-label": name.replaceAll("_", " "), onclick: () => done(name) },
          emoji(name),
        ),
      ),
    );
  };
  const done = (name) => {
    picker.hidePopover();
    take(name);
  };
  grid.addEventListener("keydown", (event) => {
    const all = [...grid.children];
    const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };
    if (!(event.key in moves)) return;
    event.preventDefault();
    /** @type {any} */ (all[all.indexOf(document.activeElement) + moves[event.key]] ?? search).focus();
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") /** @type {any} */ (grid.firstElementChild)?.focus();
    if (event.key === "Enter") /** @type {any} */ (grid.firstElementChild)?.click();
  });
  search.addEventListener("input", draw);
  draw();
  button.after(picker);
  const hide = show(picker, button, { side: "end" });
  picker.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== "closed") return;
    hide();
    picker.remove();
    button.focus();
  });
  search.focus();
}
