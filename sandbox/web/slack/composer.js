/** Where one writes: messages, slash commands, files. Says how a command is used, and completes names while one types. */

import { dropInto } from "../blocks/files.js";
import { emoji } from "../shared/emoji.js";
import { h, newId, replace } from "../shared/dom.js";
import { packed } from "../shared/http.js";
import { icon } from "../shared/icons.js";
import { openMenu } from "../shared/menu.js";
import { toast } from "../shared/toast.js";
import { Completion } from "./completion.js";
import { pickEmoji } from "./emojipicker.js";

const LARGEST = 20 * 1024 * 1024;
const COMMAND = /^\/[a-z][\w-]*/i;

/** What was typed and not sent, by place. @type {Map<string, string>} */
const drafts = new Map();

export class Composer {
  /** @param {import("./list.js").Setting & { placeholder: string }} setting */
  constructor(setting) {
    this.setting = setting;
    this.draft = `${setting.client.viewer.id} ${setting.channel.id} ${setting.thread ?? ""}`;
    /** @type {File[]} */
    this.files = [];
    /** @type {any} */
    this.field = h("textarea", {
      class: "composer-field",
      rows: 1,
      placeholder: setting.placeholder,
      "aria-label": setting.placeholder,
      "aria-autocomplete": "list",
      value: drafts.get(this.draft) ?? "",
      data: { composer: true },
    });
    this.hint = h("div", { class: "composer-hint", id: newId("usage"), role: "status" });
    this.tray = h("ul", { class: "tray" });
    this.send = h(
      "button",
      { type: "submit", class: "send", "aria-label": "Send now", title: "Send now" },
      icon("send"),
    );
    this.picker = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files to upload" });
    this.completion = new Completion(this.field, setting.client, {
      commands: !setting.thread,
      choose: (what) => this.chosen(what),
    });
    this.element = h(
      "form",
      { class: "composer" },
      this.hint,
      this.field,
      this.tray,
      this.bar(),
      this.completion.element,
      this.picker,
    );
    this.listen();
    this.grow();
  }

  bar() {
    const plus = this.tool("Attach files or use a shortcut", "plus", () =>
      openMenu(plus, this.plusItems(), { label: "Attach" }),
    );
    plus.setAttribute("aria-haspopup", "menu");
    plus.setAttribute("aria-expanded", "false");
    const face = this.tool("Emoji", "smile", () => pickEmoji(face, (name) => this.insert(`${emoji(name)} `)));
    const at = this.tool("Mention someone", "at", () => this.insert("@"));
    const slash =
      !this.setting.thread &&
      !this.setting.client.isStranger &&
      this.tool("Run a slash command", "bolt", () => this.insert("/"));
    return h(
      "div",
      { class: "composer-bar" },
      h("span", { class: "anchor" }, plus),
      h("span", { class: "anchor" }, face),
      at,
      slash,
      h("span", { class: "spring" }),
      this.send,
    );
  }

  tool(label, face, onclick) {
    return h(
      "button",
      { type: "button", class: "icon-button", "aria-label": label, title: label, onclick },
      icon(face),
    );
  }

  plusItems() {
    const { client } = this.setting;
    const shortcuts = client.isStranger ? [] : client.told.shortcuts.filter((shortcut) => shortcut.type === "global");
    return [
      { label: "Upload from your computer", choose: () => this.picker.click() },
      ...(shortcuts.length ? [null] : []),
      ...shortcuts.map((shortcut) => ({
        label: shortcut.name,
        description: shortcut.description || client.app.name,
        choose: () => this.useShortcut(shortcut),
      })),
    ];
  }

  listen() {
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("keydown", (event) => {
      if (this.completion.key(event)) return;
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    this.field.addEventListener("paste", (event) => {
      if (event.clipboardData?.files.length) this.add(event.clipboardData.files);
    });
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.picker.addEventListener("change", () => {
      this.add(this.picker.files);
      this.picker.value = "";
    });
    dropInto(this.element, (files) => this.add(files));
  }

  changed() {
    drafts.set(this.draft, this.field.value);
    this.grow();
    this.completion.look();
    const command = COMMAND.exec(this.field.value)?.[0];
    const known = this.setting.client.told.commands.find((each) => each.command === command);
    replace(
      this.hint,
      known &&
        !this.completion.open && [
          h("strong", null, known.command),
          " ",
          known.usage_hint,
          h("span", { class: "composer-about" }, known.description),
        ],
    );
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 240)}px`;
    this.send.classList.toggle("ready", Boolean(this.field.value.trim() || this.files.length));
  }

  insert(text) {
    const { selectionStart: start, selectionEnd: end, value } = this.field;
    const gap = text === "@" && start && !/\s$/.test(value.slice(0, start)) ? " " : "";
    this.field.setRangeText(gap + text, start, end, "end");
    this.field.focus();
    this.changed();
  }

  /** A completion was taken that is no text: a global shortcut. */
  chosen(shortcut) {
    this.field.value = "";
    this.changed();
    this.useShortcut(shortcut);
  }

  async useShortcut(shortcut) {
    const outcome = await this.setting.client.interact("shortcut", { callback_id: shortcut.callback_id });
    if (!outcome.ok) toast(outcome.words ?? "That did not work.", { danger: true });
  }

  add(files) {
    for (const file of files) {
      if (file.size > LARGEST) toast(`${file.name} is larger than 20 MB.`, { danger: true });
      else this.files.push(file);
    }
    this.drawTray();
    this.field.focus();
  }

  drawTray() {
    const drop = (file) => {
      this.files = this.files.filter((each) => each !== file);
      this.drawTray();
    };
    replace(
      this.tray,
      this.files.map((file) =>
        h(
          "li",
          null,
          icon("file", 16),
          file.name,
          h(
            "button",
            { type: "button", class: "icon-button", "aria-label": `Remove ${file.name}`, onclick: () => drop(file) },
            icon("cross", 14),
          ),
        ),
      ),
    );
    this.grow();
  }

  async submit() {
    const text = this.field.value.trim();
    const files = this.files;
    if (!text && !files.length) return;
    this.field.value = "";
    this.files = [];
    this.drawTray();
    this.changed();
    try {
      if (!files.length && COMMAND.test(text)) await this.command(text);
      else await this.write(text, files);
    } catch (refusal) {
      toast(refusal.message, { danger: true });
      this.field.value ||= text;
      this.changed();
    }
  }

  async write(text, files) {
    const { client, channel, thread } = this.setting;
    if (!files.length) await client.act("write", { channel: channel.id, text, thread });
    for (const [index, file] of files.entries()) {
      await client.act("upload", { channel: channel.id, thread, text: index ? "" : text, ...(await packed(file)) });
    }
  }

  /** Slack itself answers where a command cannot be used, or the app did not. */
  async command(line) {
    const { client, channel, thread = "" } = this.setting;
    const name = COMMAND.exec(line)?.[0];
    const tell = (words) => client.notice(channel.id, words, thread);
    const { commands } = client.told;
    if (thread) tell(`\`${name}\` is not supported in threads. Sorry!`);
    else if (commands.length && !commands.some((each) => each.command === name)) {
      tell(`\`${name}\` is not a valid command. Slack reads every message that starts with “/” as a command.`);
    } else {
      const { ok, words } = await client.interact("type", { channel: channel.id, line });
      if (!ok) tell(words);
    }
  }
}
