/** A channel: its name and topic, its messages, and where one writes to it. */

import { h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { Composer } from "./composer.js";
import { MessageList } from "./list.js";

export class Conversation {
  /**
   * @param {import("./client.js").Client} client
   * @param {any} channel
   * @param {(ts: string) => void} onthread
   */
  constructor(client, channel, onthread) {
    this.client = client;
    this.channel = channel;
    const setting = { client, channel, onthread };
    this.list = new MessageList(setting);
    this.composer = new Composer({ ...setting, placeholder: `Message #${channel.name}` });
    this.element = h(
      "div",
      { class: "conversation" },
      h(
        "header",
        { class: "conversation-head" },
        h("h2", null, icon(channel.is_private ? "lock" : "hash", 18), channel.name),
        channel.topic?.value && h("span", { class: "topic" }, channel.topic.value),
        channel.is_ext_shared && h("span", { class: "badge" }, "Shared with another company"),
        h("span", { class: "spring" }),
        h(
          "span",
          { class: "members", title: this.memberNames() },
          icon("people", 18),
          String(channel.members.length),
          h("span", { class: "sr-only" }, " members"),
        ),
      ),
      this.list.element,
      channel.is_archived
        ? h("p", { class: "composer-closed" }, `#${channel.name} is archived. Nobody can write here.`)
        : this.composer.element,
    );
    this.leave = client.whenChanged(channel.id, () => this.list.refresh());
  }

  memberNames() {
    return this.channel.members.map((id) => this.client.user(id)?.real_name ?? id).join(", ");
  }
}

/** A thread beside its channel. */
export class Thread {
  /** @param {import("./client.js").Client} client */
  constructor(client, channel, ts, onclose) {
    this.client = client;
    const setting = { client, channel, thread: ts, onthread: () => {} };
    this.list = new MessageList(setting);
    this.composer = new Composer({ ...setting, placeholder: "Reply…" });
    this.element = h(
      "aside",
      { class: "thread", "aria-label": "Thread" },
      h(
        "header",
        { class: "conversation-head" },
        h("h2", null, "Thread"),
        h("span", { class: "topic" }, channel.name ? `#${channel.name}` : ""),
        h("span", { class: "spring" }),
        h(
          "button",
          { type: "button", class: "icon-button", "aria-label": "Close thread", onclick: onclose },
          icon("cross"),
        ),
      ),
      this.list.element,
      this.composer.element,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) onclose();
    });
    this.leave = client.whenChanged(channel.id, () => this.list.refresh());
  }
}
