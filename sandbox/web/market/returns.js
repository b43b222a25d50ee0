/** The returns that moved last: where the parcel is, the next step of its way, and what the seller decided. */

import { h } from "../shared/dom.js";
import { openMenu } from "../shared/menu.js";
import { Rows } from "./lists.js";
import { addressOf } from "./route.js";
import { REASONS, RETURN, RETURN_UNIT, flag, spelled } from "./words.js";

const WAY = ["return_requested", "label_generated", "package_sent", "package_received"];
const STEPS = { label: "Make the label", send: "Hand the parcel in", arrive: "Let it arrive" };
const DECISIONS = { accept: "Accept", reject: "Reject", clarify: "Ask the customer", repair: "Repair" };
const OPEN = new Set(["return_arrived", "return_in_clarification", "return_in_repair"]);

/** @param {import("./world.js").World} world */
export function returnList(world) {
  const list = h("ul", { class: "cards", "aria-label": "Returns" });
  const rows = new Rows(list, (item) => card(item, world));
  world.watch("returns", (returns) => rows.show(returns));
  const start = () => world.do("/returns", { reason: "dislike" }, "The return is started.");
  return h(
    "section",
    { class: "wide", "aria-label": "Returns" },
    h("h2", { class: "sr-only" }, "Returns"),
    h(
      "div",
      { class: "panel-tools" },
      h("button", { type: "button", class: "button primary solid small", onclick: start }, "Send something back"),
      h("span", { class: "thing-note" }, "or choose what, under Orders"),
    ),
    list,
  );
}

function card(item, world) {
  const at = WAY.indexOf(item.status);
  return h(
    "li",
    { class: "thing", data: { row: item.id } },
    h(
      "header",
      null,
      h("h3", null, `Return ${item.id}`),
      h("span", { class: "thing-note" }, `${flag(item.storefront)} · ${item.buyer} · order ${item.order}`),
    ),
    at >= 0
      ? h(
          "ol",
          { class: "way", "aria-label": "The parcel's way" },
          WAY.map((status, index) =>
            h(
              "li",
              { class: index <= at ? "past" : null, "aria-current": index === at ? "step" : null },
              RETURN[status],
            ),
          ),
        )
      : h("p", { class: "thing-note" }, RETURN[item.status] ?? spelled(item.status)),
    item.units.map((unit) => unitRow(unit, world)),
    h("div", { class: "unit-deeds" }, steps(item, at, world)),
  );
}

function unitRow(unit, world) {
  return h(
    "div",
    { class: "unit" },
    h(
      "div",
      { class: "unit-words" },
      h(
        "span",
        null,
        h("strong", null, REASONS[unit.reason] ?? spelled(unit.reason)),
        " · ",
        h(
          "span",
          { class: `chip-state ${OPEN.has(unit.status) ? "waits" : ""}` },
          RETURN_UNIT[unit.status] ?? spelled(unit.status),
        ),
      ),
      unit.note && h("span", { class: "thing-said" }, unit.note),
      unit.tickets.map((id) => h("a", { href: addressOf("tickets", id) }, `The seller wrote: ticket ${id}`)),
    ),
    OPEN.has(unit.status) && h("div", { class: "unit-deeds" }, decide(unit, world)),
  );
}

function steps(item, at, world) {
  if (at < 0 || at === WAY.length - 1) return null;
  const button = (step) =>
    h(
      "button",
      {
        type: "button",
        class: `button small${step === "arrive" ? " primary" : ""}`,
        data: { do: step },
        onclick: () => world.do(`/returns/${item.id}/${step}`),
      },
      STEPS[step],
    );
  const cancel = h(
    "button",
    {
      type: "button",
      class: "button small",
      data: { do: "cancel" },
      onclick: () => world.do(`/returns/${item.id}/cancel`),
    },
    "Keep it after all",
  );
  return [at < 1 && button("label"), at < 2 && button("send"), button("arrive"), cancel];
}

function decide(unit, world) {
  const button = h(
    "button",
    {
      type: "button",
      class: "button small",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      data: { do: "decide" },
    },
    "Decide in the portal …",
  );
  const message = "Decided in the portal.";
  button.addEventListener("click", () =>
    openMenu(
      button,
      Object.entries(DECISIONS).map(([decision, words]) => ({
        label: words,
        choose: () => world.do(`/return-units/${unit.id}/${decision}`, { message }),
      })),
      { label: "Decide" },
    ),
  );
  return h("span", { class: "anchor" }, button);
}
