/** Dialogs in the browser's own way: the page behind them rests, Tab stays inside, and the focus goes back. */

import { h, newId } from "./dom.js";
import { icon } from "./icons.js";

/**
 * The frame all dialogs share. The cross calls `onclose`, Escape `onescape`; the caller closes it.
 * @param {{ title: Node | string, class?: string, body: any, foot?: any, onclose: () => void, onescape?: () => void }} parts
 */
export function dialogFrame({ title, class: name = "", body, foot, onclose, onescape = onclose }) {
  const heading = newId("dialog-title");
  const dialog = h(
    "dialog",
    { class: `dialog ${name}`, "aria-labelledby": heading },
    h(
      "header",
      { class: "dialog-head" },
      h("h2", { id: heading }, title),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: onclose }, icon("cross")),
    ),
    h("div", { class: "dialog-body", tabindex: "-1" }, body),
    foot && h("footer", { class: "dialog-foot" }, foot),
  );
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog) return;
    event.preventDefault();
    onescape();
  });
  return dialog;
}

/**
 * Asks before something is done, as Slack's confirm dialogs do.
 * @param {{ title: string, text: Node | string, confirm: string, deny: string, danger?: boolean }} words
 * @returns {Promise<boolean>}
 */
export function asks({ title, text, confirm, deny, danger = false }) {
  return new Promise((resolve) => {
    const answer = (said) => {
      dialog.close();
      dialog.remove();
      resolve(said);
    };
    const yes = h(
      "button",
      { type: "button", class: `button ${danger ? "danger" : "primary"} solid`, onclick: () => answer(true) },
      confirm,
    );
    const no = h("button", { type: "button", class: "button", onclick: () => answer(false) }, deny);
    const dialog = dialogFrame({
      title,
      class: "small",
      body: h("div", null, text),
      foot: [no, yes],
      onclose: () => answer(false),
    });
    document.body.append(dialog);
    dialog.showModal();
    yes.focus();
  });
}
