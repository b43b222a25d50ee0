/** What Kontor wrote to the marketplace, newest first, with what the marketplace said to it. */

import { h, newId } from "../shared/dom.js";
import { clock } from "../shared/times.js";
import { Rows } from "./lists.js";
import { addressOf } from "./route.js";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const SHOWN = 40;
/** What a call is, in words: the first pattern that fits, with what stands in the path. */
/** @type {[RegExp, (...found: string[]) => any[]][]} */
const SAID = [
  [/^POST \/tickets\/([^/]+)\/messages/, (id) => ["answered ", ticket(id)]],
  [/^PATCH \/tickets\/([^/]+)\/close/, (id) => ["closed ", ticket(id)]],
  [/^POST \/tickets\/?$/, () => ["opened a ticket"]],
  [/^PATCH \/return-units\/([^/]+)\/([a-z-]+)/, (id, verb) => [`return unit ${id}: ${verb.replaceAll("-", " ")}`]],
  [/^PATCH \/order-units\/([^/]+)\/([a-z-]+)/, (id, verb) => [`order unit ${id}: ${verb.replaceAll("-", " ")}`]],
  [/^POST \/subscriptions/, () => ["subscribed to pushes"]],
  [/^(PATCH|PUT) \/subscriptions/, () => ["changed a subscription"]],
  [/^DELETE \/subscriptions/, () => ["took a subscription away"]],
  [/^POST \/(import-files|order-invoices|reports)/, (what) => [`started: ${what.replaceAll("-", " ")}`]],
];

/** @param {import("./world.js").World} world */
export function journal(world) {
  const id = newId("journal");
  const list = h("ol", { class: "journal", "aria-label": "Written to the marketplace" });
  const empty = h("p", { class: "thing-note" }, "Nothing yet. Answer a ticket in Slack, and it stands here.");
  const rows = new Rows(list, row);
  world.watch("journal", (entries) => {
    empty.hidden = entries.length > 0;
    rows.show(
      entries
        .slice(-SHOWN)
        .reverse()
        .map((entry) => ({ id: entry.number, ...entry })),
    );
  });
  return h("section", { class: "group", "aria-labelledby": id }, h("h2", { id }, "What Kontor wrote"), empty, list);
}

function row(entry) {
  const call = `${entry.method} ${entry.path}`;
  const text = typeof entry.body?.text === "string" ? entry.body.text : entry.body?.message;
  return h(
    "li",
    { class: entry.executed ? null : "refused", data: { row: entry.id } },
    h("div", null, h("time", null, clock(Date.parse(entry.at) / 1000, ZONE, true)), " ", inWords(call)),
    text && h("div", { class: "thing-said" }, text),
    h("div", { class: "thing-note" }, h("code", null, call), ` → ${entry.status} · ${entry.account}`),
  );
}

function inWords(call) {
  for (const [pattern, say] of SAID) {
    const found = pattern.exec(call);
    if (found) return say(...found.slice(1));
  }
  return [call];
}

function ticket(id) {
  return h("a", { href: addressOf("tickets", id) }, `ticket ${id}`);
}
