/** One ticket as its customer sees it: both sides of the talk, the photos, and what the customer can do. */

import { h, newId, replace } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { openMenu } from "../shared/menu.js";
import { clock, dayOf, dayTitle, full } from "../shared/times.js";
import { Rows } from "./lists.js";
import { go } from "./route.js";
import { turn } from "./tickets.js";
import { flag, topicOf } from "./words.js";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const WRITERS = {
  buyer: "Buyer",
  seller: "Seller, in the portal",
  customer_service: "Customer service",
  system: "The marketplace itself",
};

export class Talk {
  /** @param {import("./world.js").World} world */
  constructor(world) {
    this.world = world;
    this.head = h("header", { class: "talk-head" });
    this.list = h("ol", { class: "bubbles", "aria-label": "Conversation" });
    this.rows = new Rows(this.list, (entry) => this.entry(entry));
    this.scroller = h(
      "div",
      { class: "talk-scroll", tabindex: "0", role: "group", "aria-label": "Conversation" },
      this.list,
    );
    this.spoken = h("div", { class: "sr-only", role: "status", "aria-live": "polite" });
    this.form = this.writing();
    this.element = h("section", { class: "talk", "aria-label": "Ticket" });
    world.watch("ticket", (ticket) => this.show(ticket));
  }

  /** @param {string} id empty when no ticket is chosen */
  open(id) {
    this.world.look(id);
    if (!id)
      replace(
        this.element,
        h("p", { class: "empty" }, "Choose a ticket to read it as its customer, or open a new one."),
      );
    else if (this.shown?.id !== id) replace(this.element, h("p", { class: "empty" }, "Looking for the ticket …"));
    this.shown = id ? this.shown : null;
  }

  show(ticket) {
    const other = this.shown?.id !== ticket.id;
    const longer = !other && entriesOf(ticket).length > entriesOf(this.shown).length;
    this.shown = ticket;
    if (other) {
      replace(this.element, this.head, this.scroller, this.spoken, this.form);
      this.field.value = "";
    }
    replace(this.head, this.heading(ticket));
    this.rows.show(withDays(entriesOf(ticket), this.world.now() / 1000));
    if (other || longer) this.scroller.scrollTop = this.scroller.scrollHeight;
    if (longer) this.spoken.textContent = `New: ${ticket.messages.at(-1)?.text ?? ""}`;
    const final = ticket.status === "customer_service_closed_final";
    this.form.inert = final;
    this.form.classList.toggle("resting", final);
  }

  heading(ticket) {
    return [
      h(
        "button",
        {
          type: "button",
          class: "icon-button only-narrow",
          "aria-label": "Back to the tickets",
          onclick: () => go("tickets"),
        },
        icon("back"),
      ),
      ticket.picture && h("img", { class: "talk-picture", src: ticket.picture, alt: "" }),
      h(
        "div",
        { class: "talk-about" },
        h("h2", null, ticket.product ?? topicOf(ticket.topic)),
        h("p", null, `${ticket.buyer ?? "Customer"} · ${flag(ticket.storefront)} · ${topicOf(ticket.topic)}`),
        h("p", null, `Ticket ${ticket.id} · order ${ticket.order} · ${ticket.account}`),
      ),
      turn(ticket),
    ];
  }

  entry(entry) {
    if (entry.kind === "day") return h("li", { class: "bubble-day" }, h("h3", null, entry.title));
    const mine = entry.role === "buyer";
    const aside = entry.role === "customer_service" || entry.role === "system";
    const at = Date.parse(entry.at) / 1000;
    return h(
      "li",
      { class: `bubble ${mine ? "mine" : aside ? "aside" : "theirs"}`, data: { row: entry.id, role: entry.role } },
      h("div", { class: "bubble-who" }, entry.name, " ", h("time", { title: full(at, ZONE) }, clock(at, ZONE))),
      entry.path ? attached(entry) : h("div", { class: "bubble-text" }, entry.text),
    );
  }

  writing() {
    const id = newId("words");
    this.field = h("textarea", {
      class: "field",
      id,
      rows: 2,
      placeholder: "Write as the customer, or leave it empty for words that fit",
    });
    this.as = h(
      "select",
      { class: "field small", "aria-label": "Write as" },
      Object.entries(WRITERS).map(([value, words]) => h("option", { value }, words)),
    );
    const close = h(
      "button",
      { type: "button", class: "button small", "aria-haspopup": "menu", "aria-expanded": "false" },
      "Close …",
    );
    close.addEventListener("click", () => openMenu(close, this.closers(), { label: "Close the ticket" }));
    const form = h(
      "form",
      { class: "talk-form" },
      h("label", { class: "sr-only", for: id }, "Message"),
      this.field,
      h(
        "div",
        { class: "talk-tools" },
        this.as,
        h("button", { type: "button", class: "button small", onclick: () => this.deed("photo", {}) }, "Send a photo"),
        h("span", { class: "anchor" }, close),
        h("button", { type: "button", class: "button small", onclick: () => this.sendBack() }, "Start a return"),
        h("span", { class: "spring" }),
        h("button", { type: "submit", class: "button primary solid small" }, "Send"),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.write();
    });
    return form;
  }

  closers() {
    const by = (who, words) => ({ label: words, choose: () => this.deed("close", { by: who }) });
    return [
      by("buyer", "As the buyer"),
      by("seller", "As the seller, in the portal"),
      by("customer_service", "By customer service, for good"),
    ];
  }

  async write() {
    const text = this.field.value.trim();
    const told = await this.deed("messages", { as: this.as.value, ...(text && { text }) });
    if (told) this.field.value = "";
  }

  deed(what, given) {
    return this.world.do(`/tickets/${this.shown.id}/${what}`, given);
  }

  async sendBack() {
    const told = await this.world.do(
      "/returns",
      { order_unit: this.shown.order_units[0] },
      "The return is on its list.",
    );
    if (told) go("returns");
  }
}

/** Messages and files in the order they came. */
function entriesOf(ticket) {
  const messages = ticket.messages.map((message) => ({ ...message, name: nameOf(message), id: `m${message.id}` }));
  const files = ticket.files.map((file, index) => ({ ...file, id: `f${index}`, role: "buyer", name: file.name }));
  return [...messages, ...files].sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}

function nameOf(message) {
  if (message.role === "customer_service") return "Customer service";
  return message.role === "system" ? "The marketplace" : message.name;
}

function withDays(entries, now) {
  let day = "";
  return entries.flatMap((entry) => {
    const seconds = Date.parse(entry.at) / 1000;
    const its = dayOf(seconds, ZONE);
    const title = its === day ? null : { kind: "day", id: `d${its}`, title: dayTitle(seconds, ZONE, now) };
    day = its;
    return title ? [title, entry] : [entry];
  });
}

function attached(file) {
  if (!/^image\/(png|jpeg|gif|webp)$/.test(file.mime))
    return h("a", { href: file.path, target: "_blank", rel: "noopener" }, file.name);
  return h(
    "a",
    { href: file.path, target: "_blank", rel: "noopener" },
    h("img", { class: "bubble-photo", src: file.path, alt: `Photo ${file.name}` }),
  );
}
