/** Bad luck, by switches: what goes wrong with the marketplace, with Slack, and with the pushes between them. */

import { h, newId, replace } from "../shared/dom.js";
import { post, remove } from "../shared/http.js";

/** Each switch is one fault; `kind` and what else stands in `is` tells it from the others. */
const MARKET = [
  { words: "Down", is: { kind: "down" } },
  { words: "Slow (4 s)", is: { kind: "slow", seconds: 4 } },
  { words: "Too many requests (429)", is: { kind: "too_many" } },
  {
    words: "Answers to writes are lost",
    is: { kind: "cut_after_execution", methods: ["POST", "PUT", "PATCH", "DELETE"] },
  },
  { words: "Pushes are lost", is: { kind: "lost_pushes" } },
];
const SLACK = [
  { words: "Down", is: { kind: "down" } },
  { words: "Slow (2 s)", is: { kind: "slow", seconds: 2 } },
  { words: "Too many requests (429)", is: { kind: "limited", retry_after: "5" } },
  { words: "Answers to posts are lost", is: { kind: "cut", method: "chat.*", code: "drop" } },
];

/** @param {import("./world.js").World} world */
export function faults(world) {
  const id = newId("faults");
  const market = h("div", { class: "switches" });
  const slack = h("div", { class: "switches" });
  world.watch("faults", (active) =>
    draw(market, MARKET, active, (fault, on) =>
      on ? world.do("/faults", fault.is) : world.undo(`/faults/${idOf(fault, active)}`),
    ),
  );
  world.watch("slackFaults", ({ faults: active }) =>
    draw(slack, SLACK, active, (fault, on) => world.tried(() => switchSlack(fault, on, active), "")),
  );
  const mend = async () => {
    await world.undo("/faults");
    if (world.slack) await world.tried(() => remove("/slack/faults"), "");
  };
  return h(
    "section",
    { class: "group", "aria-labelledby": id },
    h("h2", { id }, "Bad luck"),
    h("h3", null, "The marketplace"),
    market,
    world.slack && [h("h3", null, "Slack"), slack],
    h(
      "div",
      { class: "button-row" },
      h("button", { type: "button", class: "button small", onclick: mend }, "Mend everything"),
    ),
  );
}

function draw(box, known, active, turn) {
  const focused = document.activeElement?.getAttribute("data-do");
  const inside = box.contains(document.activeElement);
  replace(
    box,
    known.map((fault) => {
      const on = active.some((each) => isIt(fault, each));
      return h(
        "button",
        {
          type: "button",
          role: "switch",
          class: "switch",
          "aria-checked": String(on),
          data: { do: fault.words },
          onclick: () => turn(fault, !on),
        },
        h("span", { class: "knob" }),
        fault.words,
      );
    }),
    active
      .filter((each) => !known.some((fault) => isIt(fault, each)))
      .map((each) => h("p", { class: "thing-note" }, `Also on: ${each.kind} ${each.path ?? each.method ?? ""}`)),
  );
  if (inside && focused) /** @type {any} */ (box.querySelector(`[data-do="${CSS.escape(focused)}"]`))?.focus();
}

function isIt(fault, active) {
  return active.kind === fault.is.kind && !active.next && !active.left && !active.path && !active.channel;
}

function idOf(fault, active) {
  return active.find((each) => isIt(fault, each))?.id;
}

/** Slack's faults have no numbers: they are all mended, and those that shall stay are switched on again. */
async function switchSlack(fault, on, active) {
  if (on) return post("/slack/faults", fault.is);
  await remove("/slack/faults");
  for (const each of active) if (!isIt(fault, each)) await post("/slack/faults", each);
  return {};
}
