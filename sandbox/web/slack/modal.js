/** The window in front of a person: the top of their stack of modals, as the app drew it. */

import { drawBlocks } from "../blocks/blocks.js";
import { trouble } from "../blocks/surface.js";
import { textNode, wordsOf } from "../blocks/text.js";
import { avatar } from "../shared/avatar.js";
import { dialogFrame } from "../shared/dialog.js";
import { h, replace, same } from "../shared/dom.js";
import { forget, keyOf, viewSurface } from "./surfaces.js";

export class ModalHost {
  /** @param {import("./client.js").Client} client */
  constructor(client) {
    this.client = client;
    /** @type {any[]} */
    this.stack = [];
    this.dialog = null;
    /** @type {Origin | null} */
    this.origin = null;
    client.addEventListener("me", () => this.update(client.me.modals));
    this.update(client.me.modals);
  }

  get view() {
    return this.stack.at(-1);
  }

  update(stack) {
    const before = this.view;
    const gone = this.stack.filter((view) => !stack.some((each) => each.id === view.id));
    this.stack = stack;
    for (const view of gone) forget(keyOf(this.client, view));
    if (!this.view) {
      this.hide();
      goBack(this.origin);
      this.origin = null;
    } else if (before?.id !== this.view.id) this.show();
    else if (!same(shown(before), shown(this.view))) this.redraw();
  }

  hide() {
    this.dialog?.close();
    this.dialog?.remove();
    this.dialog = null;
  }

  show() {
    this.origin ??= originOf(document.activeElement);
    this.hide();
    const { view } = this;
    const bot = this.client.user(this.client.app.bot_user);
    this.body = h("form", { class: "modal-body", novalidate: true, onsubmit: (event) => this.submitted(event) });
    this.foot = h("div", { class: "modal-foot" });
    this.title = h(
      "span",
      { class: "modal-title" },
      bot && avatar(bot, 24),
      h("span", null, textNode(view.title, this.client)),
    );
    this.dialog = dialogFrame({
      title: this.title,
      class: "modal",
      body: this.body,
      foot: this.foot,
      onclose: () => this.close(true),
      onescape: () => this.close(false),
    });
    this.draw();
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.focusFirst();
  }

  /** The app changed the view, or something is wrong with a field: what was typed, the focus and the place stay. */
  redraw() {
    const at = this.dialog.querySelector(".dialog-body");
    const { scrollTop } = at;
    const focused = focusedField(this.body);
    replace(this.title.lastElementChild, textNode(this.view.title, this.client));
    this.draw();
    at.scrollTop = scrollTop;
    /** @type {any} */
    const wrong = this.body.querySelector(
      "[aria-invalid], .block-input:has(.error) input, .block-input:has(.error) textarea",
    );
    if (wrong) wrong.focus();
    else if (focused) refocus(this.body, focused);
    else if (!this.dialog.contains(document.activeElement) || document.activeElement === this.dialog) this.focusFirst();
  }

  draw() {
    const { view } = this;
    this.surface = viewSurface(this.client, view);
    const failed = view.errors?.[""];
    replace(this.body, failed && trouble(failed), drawBlocks(view.blocks, this.surface));
    this.cancel = h(
      "button",
      { type: "button", class: "button", onclick: () => this.close(false) },
      wordsOf(view.close) || "Close",
    );
    // Not inside the form, because it stands in the foot; so it asks the form itself.
    this.submit =
      view.submit &&
      h(
        "button",
        { type: "button", class: "button primary solid", onclick: () => this.body.requestSubmit() },
        wordsOf(view.submit),
      );
    replace(this.foot, this.cancel, this.submit);
  }

  focusFirst() {
    const wanted = this.view.blocks.map((block) => block.element).find((element) => element?.focus_on_load)?.action_id;
    /** @type {any} */
    const field =
      (wanted && this.body.querySelector(`[data-action="${CSS.escape(wanted)}"]`)) ??
      this.body.querySelector("input:not([type=file]), textarea") ??
      this.submit ??
      this.cancel;
    (field.matches?.("input, textarea, button") ? field : (field.querySelector("input, textarea") ?? field)).focus();
  }

  async submitted(event) {
    event.preventDefault();
    if (!this.submit || this.submit.getAttribute("aria-busy")) return;
    const { view, surface } = this;
    this.submit.setAttribute("aria-busy", "true");
    this.submit.classList.add("working");
    // What was typed last goes with the form; a field has nothing more to tell.
    this.body.dataset.sent = "true";
    const outcome = await this.client.interact("submit", { fields: surface.fields() });
    if (outcome.ok) surface.sent();
    if (this.view?.id !== view.id) return;
    delete this.body.dataset.sent;
    this.submit?.removeAttribute("aria-busy");
    this.submit?.classList.remove("working");
    if (!outcome.ok) {
      this.body.querySelector(":scope > .block-trouble")?.remove();
      this.body.prepend(trouble(outcome.words));
    } else if (this.view.errors?.[""]) this.dialog.querySelector(".dialog-body").scrollTop = 0;
  }

  /** Cancel takes this view away, the cross all of them. */
  close(all) {
    this.client.interact("close", { all, fields: this.surface.fields() });
  }
}

/** What of a view is seen. */
function shown(view) {
  return [view.hash, view.blocks, view.title, view.submit, view.close, view.errors];
}

/** @typedef {{ ts?: string, action?: string }} Origin */

/** Which message, and which of its elements, brought the window. @returns {Origin | null} */
function originOf(element) {
  const ts = element?.closest("[data-ts]")?.dataset.ts;
  return ts ? { ts, action: element.closest("[data-action]")?.dataset.action } : null;
}

/** The browser gives the focus back itself, unless the message was drawn anew behind the window. */
function goBack(origin) {
  if (!origin || (document.activeElement && document.activeElement !== document.body)) return;
  const row = document.querySelector(`main [data-ts="${CSS.escape(origin.ts ?? "")}"]`);
  const action = origin.action && row?.querySelector(`[data-action="${CSS.escape(origin.action)}"]`);
  /** @type {any} */ (action || row?.querySelector("button, a"))?.focus({ preventScroll: true });
}

function focusedField(body) {
  /** @type {any} */
  const field = document.activeElement;
  if (!field || !body.contains(field)) return null;
  const { selectionStart, selectionEnd } = field;
  return {
    block: field.closest("[data-block]")?.dataset.block,
    action: field.closest("[data-action]")?.dataset.action,
    selectionStart,
    selectionEnd,
  };
}

function refocus(body, { block, action, selectionStart, selectionEnd }) {
  const place = body.querySelector(`[data-block="${CSS.escape(block ?? "")}"]`);
  const found =
    (action && place?.querySelector(`[data-action="${CSS.escape(action)}"]`)) ||
    place?.querySelector("input, textarea, button");
  const field = found?.matches("input, textarea, button, a") ? found : found?.querySelector("input, textarea, button");
  field?.focus();
  if (
    field?.setSelectionRange &&
    selectionStart !== null &&
    selectionStart !== undefined &&
    /text|textarea/.test(field.type)
  )
    field.setSelectionRange(selectionStart, selectionEnd);
}
