/**
 * Where blocks are drawn: a message, a modal or the Home tab. Elements know their surface only by these words.
 *
 * @typedef {object} Outcome
 * @property {boolean} ok
 * @property {boolean} [denied] the person said no in the confirm dialog
 * @property {string} [words] what went wrong
 *
 * @typedef {object} Surface
 * @property {"message" | "modal" | "home"} kind
 * @property {import("../slack/client.js").Client} reader who looks
 * @property {(spot: Spot, value?: any) => Promise<Outcome>} press tells the app of a click or a choice
 * @property {(spot: Spot, value: any) => Promise<Outcome>} tell tells the app of a change in a field that wants that
 * @property {(spot: Spot, typed: string) => Promise<any[]>} search asks the app for options
 * @property {(block: any, element: any) => any} standing what stands in a field now
 * @property {(block: any, element: any, value: any) => void} note remembers what stands in a field now
 * @property {(blockId: string) => string | undefined} error what is wrong with a field
 *
 * @typedef {{ block_id: string, action_id: string, option?: string }} Spot
 */

import { asks } from "../shared/dialog.js";
import { h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { textNode, wordsOf } from "./text.js";

/** @returns {Spot} */
export function spotOf(block, element, option) {
  return { block_id: block.block_id, action_id: element.action_id, ...(option !== undefined && { option }) };
}

/** Where each kind of element keeps its value in `state.values`, and what presets it. */
const KEPT = {
  plain_text_input: ["value", "initial_value"],
  email_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"],
  number_input: ["value", "initial_value"],
  rich_text_input: ["rich_text_value", "initial_value"],
  static_select: ["selected_option", "initial_option"],
  external_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"],
  multi_static_select: ["selected_options", "initial_options"],
  multi_external_select: ["selected_options", "initial_options"],
  checkboxes: ["selected_options", "initial_options"],
  users_select: ["selected_user", "initial_user"],
  multi_users_select: ["selected_users", "initial_users"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  channels_select: ["selected_channel", "initial_channel"],
  multi_channels_select: ["selected_channels", "initial_channels"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
  file_input: ["files", ""],
};

/** The value in an entry of `state.values`; the preset of `element` where there is no entry. */
export function valueOf(entry, element) {
  const [field, preset] = KEPT[element.type] ?? [];
  return entry ? entry[field] : element[preset];
}

export function isStateful(element) {
  return element.type in KEPT;
}

/** Shows the confirm dialog of an element, when it has one. */
export async function agreed(element, reader) {
  const dialog = element.confirm;
  if (!dialog) return true;
  return asks({
    title: wordsOf(dialog.title),
    text: textNode(dialog.text, reader),
    confirm: wordsOf(dialog.confirm),
    deny: wordsOf(dialog.deny),
    danger: dialog.style === "danger",
  });
}

/**
 * A field has a new value. Fields of a form keep it, and tell the app only where they say so; menus and pickers
 * outside of forms are told at once.
 * @param {Surface} surface
 * @param {"chosen" | "typed" | "entered"} how
 * @returns {Promise<Outcome>}
 */
export async function changed(surface, block, element, value, how) {
  if (block.type !== "input") {
    if (!(await agreed(element, surface.reader))) return { ok: false, denied: true };
    surface.note(block, element, value);
    return surface.press(spotOf(block, element), value);
  }
  surface.note(block, element, value);
  if (!block.dispatch_action || !isTold(element, how)) return { ok: true };
  return surface.tell(spotOf(block, element), value);
}

function isTold(element, how) {
  if (how === "chosen") return true;
  const wanted = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return wanted.includes(how === "typed" ? "on_character_entered" : "on_enter_pressed");
}

/** While the app is asked, `node` shows that it works; what went wrong is written below its block. */
export async function working(node, ask) {
  const block = node.closest(".block");
  block?.querySelector(":scope > .block-trouble")?.remove();
  node.classList.add("working");
  node.setAttribute("aria-busy", "true");
  const outcome = await ask();
  node.classList.remove("working");
  node.removeAttribute("aria-busy");
  if (!outcome.ok && outcome.words) block?.append(trouble(outcome.words));
  return outcome;
}

export function trouble(words) {
  return h("div", { class: "block-trouble", role: "alert" }, icon("warning", 16), words);
}
