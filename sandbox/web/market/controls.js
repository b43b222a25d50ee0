/** What one can do to the world: let time pass, let it live faster or rest, let three hundred people write at once. */

import { h, newId, replace } from "../shared/dom.js";
import { journal } from "./journal.js";
import { faults } from "./faults.js";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const LEAPS = [
  ["+1 h", { hours: 1 }],
  ["+8 h", { hours: 8 }],
  ["+1 day", { days: 1 }],
  ["+3 days", { days: 3 }],
];
/** Seconds between two things that happen by themselves, from rest to haste. */
const PACES = [0, 120, 60, 30, 15, 8, 4, 2, 1, 0.5];
const STORM = 300;

/** @param {import("./world.js").World} world */
export function controls(world) {
  return h(
    "section",
    { class: "controls", "aria-label": "Controls" },
    time(world),
    life(world),
    faults(world),
    journal(world),
  );
}

function time(world) {
  const face = h("p", { class: "clock-face" });
  const ahead = h("p", { class: "thing-note" });
  world.watch("state", (state) => {
    const now = new Date(state.now);
    const said = new Intl.DateTimeFormat("en-GB", {
      timeZone: ZONE,
      weekday: "short",
      day: "numeric",
      month: "short",
      hour: "2-digit",
      minute: "2-digit",
    }).format(now);
    if (face.textContent !== said) face.textContent = said;
    ahead.textContent = aheadOf(now.getTime() - Date.now());
  });
  const leap = ([words, by]) =>
    h(
      "button",
      {
        type: "button",
        class: "button small",
        onclick: () => world.do("/time", by, `${words.replace("+", "")} later`),
      },
      words,
    );
  return group("Time", face, ahead, h("div", { class: "button-row" }, LEAPS.map(leap)));
}

function aheadOf(milliseconds) {
  const hours = Math.round(milliseconds / 360_000) / 10;
  if (hours < 0.1) return "As on your own clock.";
  return hours < 48
    ? `${hours} h ahead of your own clock.`
    : `${Math.round(hours / 2.4) / 10} days ahead of your own clock.`;
}

function life(world) {
  const id = newId("pace");
  const words = h("output", { for: id });
  const slider = h("input", { type: "range", id, min: 0, max: PACES.length - 1, step: 1, class: "slider" });
  const say = (pace) => {
    replace(
      words,
      pace ? `something happens about every ${pace < 1 ? "half second" : `${pace} s`}` : "nothing happens by itself",
    );
    slider.setAttribute("aria-valuetext", words.textContent);
  };
  slider.addEventListener("input", () => say(PACES[slider.valueAsNumber]));
  slider.addEventListener("change", () => world.do("/pace", { seconds: PACES[slider.valueAsNumber] }));
  world.watch("state", ({ pace }) => {
    if (document.activeElement === slider && slider.matches(":active")) return;
    slider.value = nearest(pace);
    say(pace);
  });
  const storm = h(
    "button",
    { type: "button", class: "button small", onclick: () => blow(world, storm) },
    `Storm: ${STORM} tickets`,
  );
  return group("Life", h("label", { for: id }, "Pace"), slider, words, h("div", { class: "button-row" }, storm));
}

async function blow(world, button) {
  button.disabled = true;
  const told = await world.do("/storm", { tickets: STORM }, `${STORM} people have written.`);
  button.disabled = false;
  if (told) button.focus();
}

function nearest(pace) {
  if (!pace) return 0;
  let best = 1;
  PACES.forEach((each, index) => {
    if (index && Math.abs(each - pace) < Math.abs(PACES[best] - pace)) best = index;
  });
  return best;
}

export function group(title, ...children) {
  const id = newId("group");
  return h("section", { class: "group", "aria-labelledby": id }, h("h2", { id }, title), children);
}
