/**
 * A field one chooses from: types a little, sees what fits, takes one or several. Follows the combobox pattern of
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */

import { h, newId, replace } from "./dom.js";
import { icon } from "./icons.js";
import { show } from "./popup.js";

const PAUSE = 250;

/**
 * @typedef {object} Choice
 * @property {string} key tells two choices apart
 * @property {string} label
 * @property {string} [description]
 * @property {string} [group]
 * @property {() => Node} [face] a small picture before the label
 * @property {any} value
 */

/**
 * @typedef {object} Wanted
 * @property {string} name what screen readers call the field, when there is no label
 * @property {string} [labelledby]
 * @property {string} [describedby]
 * @property {string} [placeholder]
 * @property {Choice[] | ((typed: string) => Promise<Choice[]>)} choices a list to filter, or where to ask
 * @property {number} [least] how many letters before anybody is asked
 * @property {boolean} [many]
 * @property {number} [most] how many may be chosen
 * @property {boolean} [clearable]
 * @property {Choice[]} chosen
 * @property {(chosen: Choice[]) => void} onchange
 */

/** @param {Wanted} wanted */
export function combobox(wanted) {
  return new Combobox(wanted).element;
}

class Combobox {
  /** @param {Wanted} wanted */
  constructor(wanted) {
    this.wanted = wanted;
    this.chosen = [...wanted.chosen];
    /** @type {Choice[]} */
    this.found = [];
    this.active = -1;
    this.asked = 0;
    this.list = h("div", {
      role: "listbox",
      id: newId("choices"),
      "aria-label": wanted.name,
      "aria-multiselectable": wanted.many ? "true" : null,
    });
    this.note = h("div", { class: "choices-note", role: "status" });
    this.popup = h("div", { class: "choices", popover: "manual" }, this.list, this.note);
    this.input = h("input", {
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
      "aria-labelledby": wanted.labelledby,
      "aria-label": wanted.labelledby ? null : wanted.name,
      "aria-describedby": wanted.describedby,
      placeholder: wanted.placeholder,
    });
    this.chips = h("div", { class: "chips" });
    this.clear = h(
      "button",
      {
        type: "button",
        class: "icon-button clear",
        "aria-label": `Clear ${wanted.name}`,
        onclick: () => this.take([]),
      },
      icon("cross", 14),
    );
    this.box = h("div", { class: "combobox-box" }, this.chips, this.input, this.clear, icon("caret", 16));
    this.element = h("div", { class: "combobox" }, this.box, this.popup);
    this.listen();
    this.draw();
  }

  get open() {
    return this.popup.matches(":popover-open");
  }

  listen() {
    this.input.addEventListener("input", () => this.look());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    // The focus stays in the field while somebody points at the list or the frame.
    this.popup.addEventListener("pointerdown", (event) => event.preventDefault());
    this.box.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("button")) return;
      this.input.focus();
      if (!this.open) this.look(this.wanted.many ? undefined : "");
      this.input.select();
    });
  }

  /** Shows what stands chosen. */
  draw() {
    const { many, clearable, placeholder } = this.wanted;
    const first = this.chosen[0];
    if (many)
      replace(
        this.chips,
        this.chosen.map((choice) => this.chip(choice)),
      );
    this.input.value = many ? "" : (first?.label ?? "");
    this.input.placeholder = many && first ? "" : (placeholder ?? "");
    this.clear.hidden = many || !clearable || !first;
    this.box.classList.toggle("filled", Boolean(first));
  }

  chip(choice) {
    const drop = h(
      "button",
      {
        type: "button",
        "aria-label": `Remove ${choice.label}`,
        onclick: () => this.take(this.chosen.filter((each) => each.key !== choice.key)),
      },
      icon("cross", 12),
    );
    return h("span", { class: "chip" }, choice.face?.(), choice.label, drop);
  }

  key(event) {
    const last = this.found.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!this.open) this.look(this.wanted.many ? undefined : "");
      else
        this.point(
          event.key === "ArrowDown"
            ? this.active >= last
              ? 0
              : this.active + 1
            : this.active <= 0
              ? last
              : this.active - 1,
        );
    } else if (event.key === "Enter" && this.open) {
      event.preventDefault();
      if (this.found[this.active]) this.pick(this.found[this.active]);
    } else if (event.key === "Escape" && this.open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Backspace" && this.wanted.many && !this.input.value && this.chosen.length) {
      this.take(this.chosen.slice(0, -1));
    }
  }

  /** Finds what fits to what was typed, at once in a list, after a pause where somebody must be asked. */
  look(typed = this.input.value) {
    const { choices, least = 0 } = this.wanted;
    this.reveal();
    clearTimeout(this.timer);
    if (Array.isArray(choices)) {
      this.offer(choices.filter((choice) => fits(choice, typed)));
    } else if (typed.length < least) {
      this.offer([], `Type ${least} letter${least === 1 ? "" : "s"} or more to search`);
    } else {
      this.offer(this.found, "Searching …");
      this.timer = setTimeout(() => this.ask(choices, typed), typed ? PAUSE : 0);
    }
  }

  async ask(choices, typed) {
    const number = ++this.asked;
    let found;
    try {
      found = await choices(typed);
    } catch (error) {
      found = error;
    }
    // An answer that is late says nothing about what stands in the field by now.
    if (number !== this.asked || !this.open) return;
    if (Array.isArray(found)) this.offer(found);
    else this.offer([], found.message);
  }

  /** @param {Choice[]} found */
  offer(found, note = found.length ? "" : "No results") {
    this.found = found;
    this.note.textContent = note;
    replace(
      this.list,
      grouped(found).map(([group, rows]) => this.group(group, rows)),
    );
    const chosen = found.findIndex((choice) => this.has(choice));
    this.point(found.length ? Math.max(0, chosen) : -1);
  }

  group(name, rows) {
    const options = rows.map((choice) => this.option(choice));
    if (!name) return options;
    const heading = newId("group");
    return h(
      "div",
      { role: "group", "aria-labelledby": heading },
      h("div", { class: "choices-group", id: heading, role: "presentation" }, name),
      options,
    );
  }

  option(choice) {
    const index = this.found.indexOf(choice);
    const row = h(
      "div",
      {
        class: "choice",
        role: "option",
        id: `${this.list.id}-${index}`,
        "aria-selected": String(this.has(choice)),
        onclick: () => this.pick(choice),
      },
      choice.face?.(),
      h("span", { class: "choice-label" }, choice.label),
      choice.description && h("span", { class: "choice-description" }, choice.description),
      this.has(choice) && icon("check", 16),
    );
    row.addEventListener("pointermove", () => this.point(index, false));
    return row;
  }

  has(choice) {
    return this.chosen.some((each) => each.key === choice.key);
  }

  point(index, scroll = true) {
    this.list.querySelector(".choice.active")?.classList.remove("active");
    this.active = index;
    const row = index < 0 ? null : document.getElementById(`${this.list.id}-${index}`);
    row?.classList.add("active");
    if (scroll) row?.scrollIntoView({ block: "nearest" });
    if (row) this.input.setAttribute("aria-activedescendant", row.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  pick(choice) {
    const { many, most = 100 } = this.wanted;
    if (!many) return this.take([choice]);
    if (this.has(choice)) return this.take(this.chosen.filter((each) => each.key !== choice.key));
    if (this.chosen.length >= most) {
      this.note.textContent = `You can choose ${most} at most.`;
      return undefined;
    }
    return this.take([...this.chosen, choice]);
  }

  take(chosen) {
    this.chosen = chosen;
    this.draw();
    if (this.wanted.many && this.open) this.look("");
    else this.close();
    this.wanted.onchange(chosen);
  }

  reveal() {
    if (this.open) return;
    this.hide = show(this.popup, this.box, { width: "anchor" });
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    clearTimeout(this.timer);
    if (!this.open) return;
    this.hide?.();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.draw();
  }
}

function fits(choice, typed) {
  const wanted = typed.trim().toLocaleLowerCase();
  return !wanted || `${choice.label} ${choice.description ?? ""}`.toLocaleLowerCase().includes(wanted);
}

/** @param {Choice[]} found @returns {[string, Choice[]][]} */
function grouped(found) {
  const groups = new Map();
  for (const choice of found) {
    const name = choice.group ?? "";
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(choice);
  }
  return [...groups];
}
