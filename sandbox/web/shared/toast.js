/** Short words at the foot of the page that go away by themselves; read out to those who cannot see them. */

import { h } from "./dom.js";

const SECONDS = 6;
/** @type {HTMLElement | null} */
let shelf = null;

export function toast(words, { danger = false } = {}) {
  if (!shelf?.isConnected) {
    shelf = h("div", { class: "toasts", popover: "manual", role: "status", "aria-live": "polite" });
    document.body.append(shelf);
  }
  // Shown anew each time, so that it lies above a dialog that was opened meanwhile.
  if (shelf.matches(":popover-open")) shelf.hidePopover();
  shelf.showPopover();
  const note = h("div", { class: `toast${danger ? " danger" : ""}` }, words);
  shelf.append(note);
  setTimeout(() => {
    note.remove();
    if (!shelf?.childElementCount) shelf?.hidePopover();
  }, SECONDS * 1000);
}
