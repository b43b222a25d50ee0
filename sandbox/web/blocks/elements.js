/** Every interactive element by its type. */

import { button, feedback, iconButton, overflow } from "./buttons.js";
import { choices } from "./choices.js";
import { fileField } from "./files.js";
import { image } from "./image.js";
import { picker } from "./pickers.js";
import { select } from "./selects.js";
import { textField } from "./typing.js";
import { unknown } from "./unknown.js";

const DRAWN = {
  button,
  workflow_button: button,
  overflow,
  feedback_buttons: feedback,
  icon_button: iconButton,
  image: (_block, element) => image(element),
  static_select: select,
  external_select: select,
  users_select: select,
  channels_select: select,
  conversations_select: select,
  multi_static_select: select,
  multi_external_select: select,
  multi_users_select: select,
  multi_channels_select: select,
  multi_conversations_select: select,
  checkboxes: choices,
  radio_buttons: choices,
  datepicker: picker,
  timepicker: picker,
  datetimepicker: picker,
  plain_text_input: textField,
  email_text_input: textField,
  url_text_input: textField,
  number_input: textField,
  rich_text_input: textField,
  file_input: fileField,
};

/**
 * @param {import("./surface.js").Surface} surface
 * @param {import("./input.js").Naming} naming what the field is called
 */
export function drawElement(block, element, surface, naming) {
  const draw = DRAWN[element?.type];
  return draw ? draw(block, element, surface, naming) : unknown(element?.type, element);
}
