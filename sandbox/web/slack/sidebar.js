/** The list on the left: channels with what is unread in them, the app, and a word for whoever is new here. */

import { avatar } from "../shared/avatar.js";
import { h, replace } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { guide } from "./guide.js";
import { APP, addressOf, whereNow } from "./route.js";

export class Sidebar {
  /** @param {import("./client.js").Client} client */
  constructor(client) {
    this.client = client;
    this.list = h("div", { class: "sidebar-list" });
    this.element = h(
      "nav",
      { class: "sidebar", "aria-label": "Channels", id: "sidebar" },
      h("h1", { class: "team" }, "Kontor sandbox"),
      this.list,
      guide(client),
    );
    this.element.addEventListener("keydown", (event) => this.key(event));
    client.addEventListener("me", () => this.draw());
    client.addEventListener("state", () => this.draw());
    this.draw();
  }

  draw() {
    const { client } = this;
    const channels = client.joined.filter((channel) => !channel.is_im && !channel.is_archived);
    const bot = client.user(client.app.bot_user);
    const sign = JSON.stringify([
      channels.map((each) => [
        each.name,
        client.unread(each.id).count,
        client.unread(each.id).mentions,
        each.is_ext_shared,
      ]),
      client.dm && client.unread(client.dm.id),
      client.viewer.id,
      whereNow(),
      client.app.token_trouble,
    ]);
    if (sign === this.sign) return;
    this.sign = sign;
    const focused = /** @type {any} */ (document.activeElement)?.getAttribute?.("href");
    replace(
      this.list,
      h("h2", { class: "sidebar-title" }, "Channels"),
      channels.length
        ? h(
            "ul",
            null,
            channels.map((channel) =>
              h(
                "li",
                null,
                this.row({
                  place: channel.name,
                  face: icon(channel.is_private ? "lock" : "hash", 18),
                  label: channel.name,
                  unread: client.unread(channel.id),
                  words: channel.is_private ? "private channel" : "channel",
                }),
              ),
            ),
          )
        : h("p", { class: "sidebar-note" }, "You are in no channel yet."),
      h("h2", { class: "sidebar-title" }, "Apps"),
      h(
        "ul",
        null,
        h(
          "li",
          null,
          this.row({
            place: APP,
            face: bot ? avatar(bot, 20) : icon("bolt"),
            label: client.app.name,
            unread: client.dm ? client.unread(client.dm.id) : { count: 0, mentions: 0 },
            words: "app",
          }),
        ),
      ),
      client.app.token_trouble && h("p", { class: "sidebar-note" }, `The app's token: ${client.app.token_trouble}`),
    );
    if (focused) /** @type {any} */ (this.list.querySelector(`[href="${CSS.escape(focused)}"]`))?.focus();
  }

  row({ place, face, label, unread, words }) {
    const here = whereNow().place === place;
    const number = unread.mentions || unread.count;
    const said = unread.count ? `, ${unread.count} unread${unread.mentions ? `, ${unread.mentions} for you` : ""}` : "";
    return h(
      "a",
      {
        class: `sidebar-row${unread.count ? " unread" : ""}`,
        href: addressOf({ place }),
        "aria-current": here ? "page" : null,
        "aria-label": `${label}, ${words}${said}`,
        data: { place },
      },
      face,
      h("span", { class: "sidebar-label" }, label),
      number > 0 &&
        h("span", { class: `count${unread.mentions ? " mentions" : ""}` }, number > 99 ? "99+" : String(number)),
    );
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const rows = [...this.list.querySelectorAll("a")];
    const now = rows.indexOf(/** @type {any} */ (document.activeElement));
    if (!step || now < 0) return;
    event.preventDefault();
    rows[Math.max(0, Math.min(rows.length - 1, now + step))].focus();
  }
}
