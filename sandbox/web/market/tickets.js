/** The tickets that moved last, and the ways to open new ones. */

import { h } from "../shared/dom.js";
import { openMenu } from "../shared/menu.js";
import { ago } from "../shared/times.js";
import { Rows } from "./lists.js";
import { addressOf, go, whereNow } from "./route.js";
import { TICKET, flag, topicOf } from "./words.js";

const OPENERS = [
  "delivery_delayed",
  "order_product_defect",
  "delivery_wrong_products",
  "invoice_needed",
  "order_cancel",
  "product_properties",
];

/** @param {import("./world.js").World} world */
export function ticketList(world) {
  const list = h("ul", { class: "rows", "aria-label": "Tickets" });
  const rows = new Rows(list, (ticket) => row(ticket, world));
  const draw = () =>
    world.parts.tickets && rows.show(world.parts.tickets, whereNow().detail + Math.floor(world.now() / 60_000));
  world.watch("tickets", draw);
  world.watch("state", draw);
  addEventListener("hashchange", draw);
  return h("div", { class: "panel-list" }, h("div", { class: "panel-tools" }, newTicket(world)), list);
}

function newTicket(world) {
  const open = async (topic, account, storefront) => {
    const opened = await world.do("/tickets", { topic, account, storefront });
    if (opened) go("tickets", opened.id);
  };
  const button = h(
    "button",
    { type: "button", class: "button primary solid small", "aria-haspopup": "menu", "aria-expanded": "false" },
    "New ticket",
  );
  button.addEventListener("click", () => {
    const places = world.parts.state.accounts.flatMap((account) =>
      account.storefronts.map((storefront) => [account.name, storefront]),
    );
    openMenu(
      button,
      [
        ...OPENERS.map((topic) => ({ label: topicOf(topic), choose: () => open(topic, undefined, undefined) })),
        null,
        ...places.map(([account, storefront]) => ({
          label: `About anything, ${flag(storefront)}`,
          description: account,
          choose: () => open(undefined, account, storefront),
        })),
      ],
      { label: "New ticket about" },
    );
  });
  return h("span", { class: "anchor" }, button);
}

function row(ticket, world) {
  const here = whereNow().detail === ticket.id;
  const last = ticket.last;
  const when = Date.parse(ticket.updated) / 1000;
  return h(
    "li",
    { data: { row: ticket.id } },
    h(
      "a",
      { class: "row", href: addressOf("tickets", ticket.id), "aria-current": here ? "true" : null },
      h(
        "span",
        { class: "row-head" },
        h("strong", null, ticket.buyer ?? "Customer"),
        h("span", { class: "row-when" }, ago(when, world.now() / 1000)),
      ),
      h("span", { class: "row-line" }, `${flag(ticket.storefront)} · ${topicOf(ticket.topic)}`),
      last && h("span", { class: "row-said" }, last.role === "buyer" ? last.text : `Seller: ${last.text}`),
      turn(ticket),
    ),
  );
}

/** Whose turn it is, seen from the buyer. */
export function turn(ticket) {
  if (ticket.status !== "opened")
    return h("span", { class: "chip-state closed" }, TICKET[ticket.status] ?? ticket.status);
  return ticket.seller_responsible
    ? h("span", { class: "chip-state waits" }, "waits for the seller")
    : h("span", { class: "chip-state answered" }, "the seller has answered");
}
