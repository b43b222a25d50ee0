/** The app's own place: its Home tab, its direct conversation with a person, and what it says about itself. */

import { drawBlocks } from "../blocks/blocks.js";
import { avatar } from "../shared/avatar.js";
import { h, replace, same } from "../shared/dom.js";
import { Composer } from "./composer.js";
import { MessageList } from "./list.js";
import { APP, turn } from "./route.js";
import { viewSurface } from "./surfaces.js";

const TABS = { home: "Home", messages: "Messages", about: "About" };

export class AppHome {
  /** @param {import("./client.js").Client} client */
  constructor(client) {
    this.client = client;
    const bot = client.user(client.app.bot_user) ?? { id: "app", real_name: client.app.name, is_bot: true };
    const { home } = client.told.tabs;
    const names = Object.keys(TABS).filter((name) => name !== "home" || home);
    this.tabs = names.map((name) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${name}`,
          "aria-controls": "app-panel",
          onclick: () => this.open(name),
        },
        TABS[name],
      ),
    );
    const list = h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": bot.real_name, onkeydown: (event) => this.key(event) },
      this.tabs,
    );
    this.panel = h("div", { class: "app-panel", id: "app-panel", role: "tabpanel", tabindex: "-1" });
    this.element = h(
      "div",
      { class: "conversation" },
      h("header", { class: "conversation-head app-head" }, avatar(bot, 28), h("h2", null, bot.real_name), list),
      this.panel,
    );
    this.names = names;
    this.onme = () => this.tab === "home" && this.drawHome();
    client.addEventListener("me", this.onme);
  }

  leave() {
    this.client.removeEventListener("me", this.onme);
    this.unfollow?.();
  }

  async open(name) {
    const tab = this.names.includes(name) ? name : this.names[0];
    if (tab === this.tab) return;
    this.tab = tab;
    turn({ place: APP, detail: tab });
    this.tabs.forEach((button, index) => {
      const chosen = this.names[index] === tab;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    });
    this.panel.setAttribute("aria-labelledby", `tab-${tab}`);
    this.unfollow?.();
    this.drawn = null;
    replace(this.panel);
    if (tab === "about") this.drawAbout();
    else await this.opened(tab);
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (this.names.indexOf(this.tab) + step + this.names.length) % this.names.length;
    this.open(this.names[next]);
    this.tabs[next].focus();
  }

  /** The app hears that somebody looks; it may draw Home only now. */
  async opened(tab) {
    if (tab === "home") this.drawHome();
    await this.client.interact("home", { tab });
    if (this.tab !== tab) return;
    if (tab === "messages") {
      if (!this.client.dm) await this.client.refreshState();
      this.drawMessages();
    } else this.drawHome();
  }

  drawHome() {
    const view = this.client.me.home;
    if (!view) {
      if (!this.panel.childElementCount)
        replace(this.panel, h("p", { class: "empty" }, "The app has put nothing here for you yet."));
      return;
    }
    if (this.drawn && same(this.drawn, [view.hash, view.blocks])) return;
    this.drawn = [view.hash, view.blocks];
    const { scrollTop } = this.panel;
    const action = document.activeElement?.closest?.("[data-action]")?.getAttribute("data-action");
    const inside = this.panel.contains(document.activeElement);
    replace(this.panel, h("div", { class: "home-view" }, drawBlocks(view.blocks, viewSurface(this.client, view))));
    this.panel.scrollTop = scrollTop;
    if (inside && action)
      /** @type {any} */ (this.panel.querySelector(`[data-action="${CSS.escape(action)}"]`))?.focus();
  }

  drawMessages() {
    const channel = this.client.dm;
    if (!channel) return;
    const { messages, writable } = this.client.told.tabs;
    const setting = { client: this.client, channel, onthread: () => {} };
    const list = new MessageList(setting);
    this.unfollow = this.client.whenChanged(channel.id, () => list.refresh());
    const closed = h("p", { class: "composer-closed" }, "Sending messages to this app has been turned off.");
    const composer =
      messages && writable
        ? new Composer({ ...setting, placeholder: `Message ${this.client.app.name}` }).element
        : closed;
    replace(this.panel, list.element, composer);
    list.refresh();
  }

  drawAbout() {
    const { about, commands, shortcuts } = this.client.told;
    const rows = (title, things, name) =>
      things.length > 0 && [
        h("h3", null, title),
        h(
          "dl",
          { class: "about-list" },
          things.map((thing) => [h("dt", null, name(thing)), h("dd", null, thing.description)]),
        ),
      ];
    replace(
      this.panel,
      h(
        "div",
        { class: "about" },
        h("p", null, about),
        rows("Commands", commands, (command) => `${command.command} ${command.usage_hint}`),
        rows(
          "Shortcuts",
          shortcuts,
          (shortcut) => `${shortcut.name} (${shortcut.type === "global" ? "anywhere" : "on a message"})`,
        ),
      ),
    );
  }
}
