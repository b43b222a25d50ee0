/** Places a list beside what it belongs to, above everything else on the page, dialogs included. */

const GAP = 4;
const EDGE = 8;

/**
 * @param {HTMLElement} popup with a `popover` attribute, in the document
 * @param {Element} anchor
 * @param {{ width?: "anchor" | "own", side?: "start" | "end" }} [how]
 */
export function place(popup, anchor, { width = "own", side = "start" } = {}) {
  const at = anchor.getBoundingClientRect();
  if (width === "anchor") popup.style.setProperty("width", `${Math.max(at.width, 220)}px`);
  const below = innerHeight - at.bottom - EDGE - GAP;
  const above = at.top - EDGE - GAP;
  const upwards = below < Math.min(popup.scrollHeight, 260) && above > below;
  popup.style.setProperty("max-height", `${Math.max(120, Math.min(upwards ? above : below, 360))}px`);
  const box = popup.getBoundingClientRect();
  const left = side === "end" ? at.right - box.width : at.left;
  popup.style.setProperty("left", `${Math.max(EDGE, Math.min(left, innerWidth - box.width - EDGE))}px`);
  const top = upwards ? at.top - box.height - GAP : at.bottom + GAP;
  popup.style.setProperty("top", `${Math.max(EDGE, top)}px`);
}

/** Shows `popup` and keeps it in its place until it is hidden. Returns what hides it. */
export function show(popup, anchor, how) {
  const again = () => place(popup, anchor, how);
  popup.showPopover();
  again();
  addEventListener("scroll", again, true);
  addEventListener("resize", again);
  return () => {
    removeEventListener("scroll", again, true);
    removeEventListener("resize", again);
    if (popup.matches(":popover-open")) popup.hidePopover();
  };
}
