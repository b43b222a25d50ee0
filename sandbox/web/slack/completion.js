/** Completes what is being typed: /commands and shortcuts, @people and groups, #channels, :emoji:. */

import { avatar } from "../shared/avatar.js";
import { h, newId, replace } from "../shared/dom.js";
import { emoji, emojiLike } from "../shared/emoji.js";
import { icon } from "../shared/icons.js";

const MOST = 8;
const WORD = /(^|\s)([@#:])([\p{L}\p{N}_.+-]*)$/u;
const COMMAND = /^\/[\w-]*$/;

/**
 * @typedef {object} Offer
 * @property {Node} face
 * @property {string} label
 * @property {string} [description]
 * @property {string} [text] what is written instead of what was typed
 * @property {any} [thing] what is used instead of writing anything
 */

export class Completion {
  /**
   * @param {HTMLTextAreaElement} field
   * @param {import("./client.js").Client} client
   * @param {{ commands: boolean, choose: (thing: any) => void }} how
   */
  constructor(field, client, how) {
    this.field = field;
    this.client = client;
    this.how = how;
    /** @type {Offer[]} */
    this.offers = [];
    this.active = 0;
    this.element = h("div", {
      class: "completion",
      role: "listbox",
      id: newId("completion"),
      "aria-label": "Suggestions",
      hidden: true,
    });
    field.setAttribute("aria-controls", this.element.id);
    field.addEventListener("blur", () => this.close());
    this.element.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get open() {
    return !this.element.hidden;
  }

  /** Offers what fits to the words before the caret. */
  look() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const word = WORD.exec(before);
    if (COMMAND.test(before) && this.how.commands && !this.client.isStranger) this.show(this.commands(before), 0);
    else if (word && (word[2] !== ":" || word[3].length > 1))
      this.show(this.names(word[2], word[3].toLocaleLowerCase()), word.index + word[1].length);
    else this.close();
  }

  /** @returns {Offer[]} */
  commands(typed) {
    const { commands, shortcuts } = this.client.told;
    const fitting = commands.filter((each) => each.command.startsWith(typed));
    const words = typed.slice(1).toLowerCase();
    const global = shortcuts.filter((each) => each.type === "global" && each.name.toLowerCase().includes(words));
    return [
      ...fitting.map((each) => ({
        face: h("span", { class: "choice-icon" }, "/"),
        label: `${each.command} ${each.usage_hint}`.trim(),
        description: each.description,
        text: `${each.command} `,
      })),
      ...global.map((each) => ({
        face: h("span", { class: "choice-icon" }, icon("bolt", 16)),
        label: each.name,
        description: each.description || "Shortcut",
        thing: each,
      })),
    ];
  }

  /** @returns {Offer[]} */
  names(sign, typed) {
    const fits = (...texts) => texts.some((text) => text.toLocaleLowerCase().includes(typed));
    if (sign === ":")
      return emojiLike(typed, MOST).map((name) => ({
        face: h("span", { class: "emoji" }, emoji(name)),
        label: `:${name}:`,
        text: `${emoji(name)} `,
      }));
    if (sign === "#") {
      const open = this.client.joined.filter((channel) => channel.name && fits(channel.name));
      return open.map((channel) => ({
        face: h("span", { class: "choice-icon" }, icon(channel.is_private ? "lock" : "hash", 16)),
        label: channel.name,
        text: `#${channel.name} `,
      }));
    }
    const people = this.client.users.filter((user) => !user.deleted && fits(user.name, user.real_name));
    const groups = this.client.told.groups.filter((group) => fits(group.handle, group.name));
    return [
      ...people.map((user) => ({
        face: avatar(user, 20),
        label: user.real_name,
        description: user.profile.title || (user.is_bot ? "App" : ""),
        text: `@${user.name} `,
      })),
      ...groups.map((group) => ({
        face: h("span", { class: "choice-icon" }, icon("people", 16)),
        label: `@${group.handle}`,
        description: group.name,
        text: `@${group.handle} `,
      })),
    ];
  }

  /** @param {Offer[]} offers */
  show(offers, from) {
    this.from = from;
    this.offers = offers.slice(0, MOST + 4);
    if (!this.offers.length) {
      this.close();
      return;
    }
    const rows = this.offers.map((offer, index) =>
      h(
        "div",
        {
          class: "choice",
          role: "option",
          id: `${this.element.id}-${index}`,
          "aria-selected": "false",
          onclick: () => this.take(index),
        },
        offer.face,
        h("span", { class: "choice-label" }, offer.label),
        offer.description && h("span", { class: "choice-description" }, offer.description),
      ),
    );
    replace(this.element, rows);
    this.element.hidden = false;
    this.point(0);
  }

  point(index) {
    const rows = [...this.element.children];
    this.active = (index + rows.length) % rows.length;
    rows.forEach((row, place) => {
      row.classList.toggle("active", place === this.active);
      row.setAttribute("aria-selected", String(place === this.active));
    });
    rows[this.active].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", rows[this.active].id);
  }

  /** Takes the keys that belong to the list; true when it was one. */
  key(event) {
    if (!this.open) return false;
    const typed = this.field.value;
    // Who has typed a whole command and presses Enter means to send it.
    const whole = event.key === "Enter" && this.offers[this.active].text === `${typed} `;
    if (event.key === "ArrowDown") this.point(this.active + 1);
    else if (event.key === "ArrowUp") this.point(this.active - 1);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" && !whole) || event.key === "Tab") this.take(this.active);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  take(index) {
    const { text, thing } = this.offers[index];
    this.close();
    if (thing) {
      this.how.choose(thing);
      return;
    }
    this.field.setRangeText(text, this.from, this.field.selectionStart, "end");
    this.field.focus();
    this.field.dispatchEvent(new Event("input"));
  }

  close() {
    this.element.hidden = true;
    this.offers = [];
    this.field.removeAttribute("aria-activedescendant");
  }
}
