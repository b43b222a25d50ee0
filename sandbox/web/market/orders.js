/** The orders that moved last: what is in them, where it is, and what may happen to it. */

import { h } from "../shared/dom.js";
import { openMenu } from "../shared/menu.js";
import { Rows } from "./lists.js";
import { addressOf, go } from "./route.js";
import { REASONS, RETURNABLE, UNIT, flag, money } from "./words.js";

/** @param {import("./world.js").World} world */
export function orderList(world) {
  const list = h("ul", { class: "cards", "aria-label": "Orders" });
  const rows = new Rows(list, (order) => card(order, world));
  world.watch("orders", (orders) => rows.show(orders));
  return h(
    "section",
    { class: "wide", "aria-label": "Orders" },
    h("h2", { class: "sr-only" }, "Orders"),
    h("div", { class: "panel-tools" }, placing(world)),
    list,
  );
}

function placing(world) {
  return world.parts.state.accounts.flatMap((account) =>
    account.storefronts.map((storefront) =>
      h(
        "button",
        {
          type: "button",
          class: "button small",
          onclick: () => world.do("/orders", { account: account.name, storefront }, "Ordered."),
        },
        `Order in ${flag(storefront)}`,
      ),
    ),
  );
}

function card(order, world) {
  return h(
    "li",
    { class: "thing", data: { row: order.id } },
    h(
      "header",
      null,
      h("h3", null, `Order ${order.id}`),
      h("span", { class: "thing-note" }, `${flag(order.storefront)} · ${order.buyer} · ${order.account}`),
    ),
    order.units.map((unit) => unitRow(unit, world)),
  );
}

function unitRow(unit, world) {
  return h(
    "div",
    { class: "unit" },
    h("img", { class: "unit-picture", src: unit.picture, alt: "" }),
    h(
      "div",
      { class: "unit-words" },
      h("strong", null, unit.title),
      h(
        "span",
        null,
        money(unit.price, unit.currency),
        " · ",
        h("span", { class: "chip-state" }, UNIT[unit.status] ?? unit.status),
      ),
      unit.refunds.map((refund) => h("span", { class: "good" }, `${money(refund.amount, unit.currency)} paid back`)),
      unit.parcels.map((parcel) => h("span", { class: "thing-note" }, `${parcel.carrier} ${parcel.number}`)),
      unit.tickets.length > 0 &&
        h(
          "span",
          { class: "thing-note" },
          unit.tickets.map((id) => [h("a", { href: addressOf("tickets", id) }, `ticket ${id}`), " "]),
        ),
    ),
    h("div", { class: "unit-deeds" }, deeds(unit, world)),
  );
}

function deeds(unit, world) {
  const ask = async () => {
    const opened = await world.do("/tickets", { order_unit: unit.id });
    if (opened) go("tickets", opened.id);
  };
  const button = (words, onclick) =>
    h("button", { type: "button", class: "button small", data: { do: words }, onclick }, words);
  return [
    button("Ask about it", ask),
    unit.status === "sent" &&
      button("It arrives", () => world.do(`/order-units/${unit.id}/status`, { status: "received" })),
    RETURNABLE.has(unit.status) && !unit.return_unit && sendBack(unit, world),
    unit.status === "need_to_be_sent" &&
      button("Sent, in the portal", () => world.do(`/order-units/${unit.id}/status`, { status: "sent" })),
  ];
}

function sendBack(unit, world) {
  const button = h(
    "button",
    { type: "button", class: "button small", "aria-haspopup": "menu", "aria-expanded": "false", data: { do: "back" } },
    "Send it back …",
  );
  const start = (reason) => async () => {
    const told = await world.do("/returns", { order_unit: unit.id, reason }, "The return is started.");
    if (told) go("returns");
  };
  button.addEventListener("click", () =>
    openMenu(
      button,
      Object.entries(REASONS).map(([reason, words]) => ({ label: words, choose: start(reason) })),
      { label: "Reason" },
    ),
  );
  return h("span", { class: "anchor" }, button);
}
