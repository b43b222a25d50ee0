/** Fields people type into, with their limits in sight. */

import { h } from "../shared/dom.js";
import { changed, working } from "./surface.js";
import { wordsOf } from "./text.js";

const KINDS = { email_text_input: "email", url_text_input: "url", number_input: "text", plain_text_input: "text" };
const PAUSE = 300;
// From here on people are told how much is left, as in Slack.
const NEAR = 0.9;

/** @param {import("./surface.js").Surface} surface @param {import("./input.js").Naming} naming */
export function textField(block, element, surface, naming) {
  const rich = element.type === "rich_text_input";
  const long = element.multiline || rich;
  const most = element.max_length ?? 3000;
  const stands = surface.standing(block, element);
  const field = h(long ? "textarea" : "input", {
    class: "field",
    ...(long ? { rows: 5 } : { type: KINDS[element.type] }),
    inputmode: element.type === "number_input" ? (element.is_decimal_allowed ? "decimal" : "numeric") : null,
    maxlength: element.type === "plain_text_input" ? most : null,
    placeholder: wordsOf(element.placeholder) || null,
    autocomplete: "off",
    "aria-labelledby": naming.labelledby,
    "aria-label": naming.labelledby ? null : naming.name,
    "aria-describedby": naming.describedby,
    "aria-invalid": naming.invalid ? "true" : null,
    "aria-required": block.type === "input" && !block.optional ? "true" : null,
    value: rich ? spoken(stands) : (stands ?? ""),
    data: { action: element.action_id },
  });
  const counter =
    element.type === "plain_text_input" && (element.max_length || long)
      ? h("div", { class: "counter", "aria-live": "polite" })
      : null;
  const count = () => {
    if (counter)
      counter.textContent = field.value.length > most * NEAR ? `${most - field.value.length} characters left` : "";
  };
  listen(field, block, element, surface, long, count);
  count();
  return counter ? h("div", { class: "counted" }, field, counter) : field;
}

function listen(field, block, element, surface, long, count) {
  let timer;
  const value = () => field.value || null;
  const dispatch = (how) => working(field, () => changed(surface, block, element, value(), how));
  field.addEventListener("input", () => {
    if (element.type === "number_input") field.value = field.value.replace(/[^\d.-]/g, "");
    count();
    surface.note(block, element, value());
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (field.isConnected && !field.closest("form")?.dataset.sent) dispatch("typed");
    }, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || long || event.isComposing) return;
    event.preventDefault();
    if (block.dispatch_action) {
      clearTimeout(timer);
      dispatch("entered");
    } else field.closest("form")?.requestSubmit();
  });
}

/** The words of a rich_text value; what is typed here is sent as plain words. */
function spoken(value) {
  if (!value || typeof value === "string") return value ?? "";
  const said = (part) => part.text ?? (part.elements ?? []).map(said).join(part.type === "rich_text" ? "\n" : "");
  return said(value);
}
