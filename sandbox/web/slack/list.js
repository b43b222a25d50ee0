/**
 * The messages of a channel or a thread. Asks for them, and changes only what has changed: what somebody is pointing
 * at or typing into stays in place.
 *
 * @typedef {object} Setting
 * @property {import("./client.js").Client} client
 * @property {any} channel
 * @property {string} [thread] the ts of the thread's first message
 * @property {(ts: string) => void} onthread
 */

import { h, replace } from "../shared/dom.js";
import { dayOf, dayTitle } from "../shared/times.js";
import { messageItem } from "./message.js";

const TOGETHER = 300;
const NEAR = 80;
const PAGE = 60;

export class MessageList {
  /** @param {Setting} setting */
  constructor(setting) {
    this.setting = setting;
    /** @type {Map<string, { sign: string, node: HTMLElement }>} */
    this.rows = new Map();
    /** @type {any[]} */
    this.latest = [];
    this.last = PAGE;
    this.newest = "";
    this.mark = setting.thread ? "" : setting.client.unread(setting.channel.id).mark;
    this.asking = false;
    this.again = false;
    const { thread, channel } = setting;
    this.list = h("ol", {
      class: "messages",
      "aria-label": thread ? "Thread" : `Messages in ${channel.name ?? "this conversation"}`,
    });
    this.moreButton = h(
      "button",
      { type: "button", class: "button small", onclick: () => this.loadOlder() },
      "Show older messages",
    );
    this.more = h("div", { class: "more", hidden: true }, this.moreButton);
    this.jump = h(
      "button",
      { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() },
      "New messages below",
    );
    this.spoken = h("div", { class: "sr-only", role: "status", "aria-live": "polite" });
    this.scroller = h(
      "div",
      { class: "scroller", tabindex: "0", role: "group", "aria-label": thread ? "Thread" : "Message history" },
      this.more,
      this.list,
    );
    this.element = h("div", { class: "history" }, this.scroller, this.jump, this.spoken);
    this.scroller.addEventListener("scroll", () => this.scrolled());
    // Who was at the end stays there when the window, the thread beside it or a picture takes room.
    this.wasAtEnd = true;
    const stay = new ResizeObserver(() => this.wasAtEnd && this.newest && this.toEnd());
    stay.observe(this.scroller);
    stay.observe(this.list);
  }

  get atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  /** Asks for the newest messages and shows them. Several wishes at once are one question more. */
  async refresh() {
    if (this.asking) {
      this.again = true;
      return;
    }
    this.asking = true;
    try {
      const { client, channel, thread } = this.setting;
      const told = await client.messages(channel.id, { thread, last: this.last });
      this.more.hidden = !told.more;
      this.show(told.messages);
    } catch {
      // The line about the lost connection says it already.
    }
    this.asking = false;
    if (this.again) {
      this.again = false;
      await this.refresh();
    }
  }

  async loadOlder() {
    const first = this.list.querySelector("[data-ts]");
    const top = first?.getBoundingClientRect().top ?? 0;
    this.last += PAGE;
    await this.refresh();
    if (first) this.scroller.scrollTop += first.getBoundingClientRect().top - top;
  }

  show(latest) {
    const first = this.newest === "";
    const stay = !first && !this.atEnd;
    this.latest = latest;
    this.draw(this.merged(latest));
    const last = latest.at(-1);
    const news = last && last.ts > this.newest && !first;
    if (last && last.ts > this.newest) this.newest = last.ts;
    if (first) this.start();
    else if (!stay) this.toEnd();
    else if (news) this.jump.hidden = false;
    if (news && last.user !== this.setting.client.viewer.id) this.speak(last);
    if (!latest.length) this.newest ||= "0";
    this.seen();
  }

  merged(latest) {
    const { client, channel, thread = "" } = this.setting;
    const notices = (client.notices.get(channel.id) ?? []).filter((notice) => (notice.thread_ts ?? "") === thread);
    const known = new Map([...latest, ...notices].map((message) => [message.ts, message]));
    return [...known.values()].sort((one, other) => (one.ts < other.ts ? -1 : 1));
  }

  draw(messages) {
    const wanted = [];
    let before = null;
    for (const message of messages) {
      if (!before || this.dayOf(before) !== this.dayOf(message)) wanted.push(this.day(message));
      if (
        this.mark &&
        before &&
        before.ts <= this.mark &&
        message.ts > this.mark &&
        message.user !== this.setting.client.viewer.id
      )
        wanted.push(this.line("new", "New", "new"));
      wanted.push(this.row(message, before));
      if (this.setting.thread && message.ts === this.setting.thread) wanted.push(this.repliesLine(messages.length - 1));
      before = message;
    }
    settle(this.list, wanted);
    const there = new Set(wanted.map((node) => node.dataset.key));
    for (const key of this.rows.keys()) if (!there.has(key)) this.rows.delete(key);
    this.empty(messages.length === 0);
  }

  row(message, before) {
    const { setting } = this;
    const continued = Boolean(before) && joins(before, message) && this.dayOf(before) === this.dayOf(message);
    const sign = JSON.stringify([message, continued]);
    return this.kept(message.ts, sign, () =>
      messageItem(message, setting, { continued, inThread: Boolean(setting.thread) }),
    );
  }

  day(message) {
    const { client } = this.setting;
    const title = dayTitle(Number(message.ts), client.zone, client.now());
    return this.kept(`day ${this.dayOf(message)}`, title, () => h("li", { class: "day" }, h("h3", null, title)));
  }

  repliesLine(count) {
    return this.line("replies", count ? `${count} ${count === 1 ? "reply" : "replies"}` : "No replies yet", "replies");
  }

  line(key, words, name) {
    return this.kept(key, words, () => h("li", { class: `line ${name}` }, h("span", null, words)));
  }

  kept(key, sign, make) {
    const known = this.rows.get(key);
    if (known?.sign === sign) return known.node;
    const node = make();
    node.dataset.key = key;
    this.rows.set(key, { sign, node });
    return node;
  }

  empty(nothing) {
    this.nothing?.remove();
    if (!nothing) return;
    const { channel, thread } = this.setting;
    this.nothing = h(
      "p",
      { class: "empty" },
      thread
        ? "This message is gone."
        : `Nothing here yet in ${channel.is_im ? "this conversation" : `#${channel.name}`}.`,
    );
    this.scroller.append(this.nothing);
  }

  dayOf(message) {
    return dayOf(Number(message.ts), this.setting.client.zone);
  }

  /** Where a reader begins: at what is new to them, else at the end. */
  start() {
    const line = this.list.querySelector(".line.new");
    if (line) line.scrollIntoView({ block: "center" });
    else this.toEnd();
  }

  toEnd() {
    this.scroller.scrollTop = this.setting.thread && this.newest === "" ? 0 : this.scroller.scrollHeight;
    this.jump.hidden = true;
  }

  scrolled() {
    this.wasAtEnd = this.atEnd;
    if (!this.atEnd) return;
    this.jump.hidden = true;
    this.seen();
  }

  seen() {
    const { client, channel, thread } = this.setting;
    if (thread || !this.latest?.length || document.hidden || !this.element.isConnected) return;
    const last = this.latest.findLast((message) => !message.ephemeral);
    if (last) client.read(channel.id, last.ts).catch(() => {});
  }

  speak(message) {
    const author = this.setting.client.user(message.user)?.real_name ?? "Slackbot";
    replace(this.spoken, `New message from ${author}: ${(message.words || message.text).slice(0, 200)}`);
  }
}

/** Whether a message stands below the one before without a face of its own. The app's cards always have theirs. */
function joins(before, message) {
  return (
    before.user === message.user &&
    !message.bot_id &&
    !message.ephemeral &&
    !before.ephemeral &&
    Number(message.ts) - Number(before.ts) < TOGETHER
  );
}

/** Makes the children of `list` be `wanted`, in order, and moves or touches none that is right already. */
function settle(list, wanted) {
  const focus = focusIn(list);
  const keep = new Set(wanted);
  for (const node of [...list.children]) if (!keep.has(node)) node.remove();
  wanted.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
  if (focus && !list.contains(document.activeElement)) refocus(list, focus);
}

/** Where the focus is: on which message, and on which of its elements. */
function focusIn(list) {
  /** @type {any} */
  const element = document.activeElement;
  if (!element || !list.contains(element)) return null;
  const row = element.closest("[data-ts]");
  return { ts: row?.dataset.ts, action: element.closest("[data-action]")?.dataset.action };
}

/** A card that was drawn anew has the same buttons; when they are gone, the focus stays with the message. */
function refocus(list, { ts, action }) {
  const row = ts && list.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  if (!row) return;
  const target =
    (action && row.querySelector(`[data-action="${CSS.escape(action)}"]`)) || row.querySelector("button, a");
  target?.focus({ preventScroll: true });
}
