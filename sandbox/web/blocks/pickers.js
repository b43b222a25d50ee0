/** Dates and times: the browser's own pickers, which every keyboard and screen reader knows. */

import { h } from "../shared/dom.js";
import { changed, working } from "./surface.js";
import { wordsOf } from "./text.js";

const KINDS = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };

/** @param {import("./surface.js").Surface} surface @param {import("./input.js").Naming} naming */
export function picker(block, element, surface, naming) {
  const stands = surface.standing(block, element);
  const moment = element.type === "datetimepicker";
  const zone = surface.reader.zone;
  const field = h("input", {
    type: KINDS[element.type],
    class: "field",
    value: moment ? (stands ? localOf(stands, zone) : "") : (stands ?? ""),
    "aria-labelledby": naming.labelledby,
    "aria-label": naming.labelledby ? null : naming.name,
    "aria-describedby": naming.describedby,
    title: wordsOf(element.placeholder) || null,
    data: { action: element.action_id },
  });
  field.addEventListener("change", () => {
    const value = field.value === "" ? null : moment ? secondsOf(field.value, zone) : field.value;
    working(field, () => changed(surface, block, element, value, "chosen"));
  });
  return field;
}

/** Seconds since 1970 as the wall clock of `zone` shows them: 2026-11-25T14:05. */
export function localOf(seconds, zone) {
  const written = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return written.format(new Date(seconds * 1000)).replace(" ", "T");
}

/** The moment the wall clock of `zone` shows `local`. Twice a year two moments do; the first of them is meant. */
export function secondsOf(local, zone) {
  const guess = Date.parse(`${local}Z`) / 1000;
  const shown = Date.parse(`${localOf(guess, zone)}Z`) / 1000;
  const moment = guess - (shown - guess);
  return localOf(moment, zone) === local ? moment : moment + (guess - Date.parse(`${localOf(moment, zone)}Z`) / 1000);
}
