/** Puts the workspace together: bar, list, conversation, thread and modals, and shows what the address says. */

import { h, replace } from "../shared/dom.js";
import { post } from "../shared/http.js";
import { icon } from "../shared/icons.js";
import { themeButton } from "../shared/theme.js";
import { Client } from "./client.js";
import { Conversation, Thread } from "./conversation.js";
import { AppHome } from "./home.js";
import { follow } from "./live.js";
import { ModalHost } from "./modal.js";
import { peopleButton } from "./people.js";
import { APP, go, turn, whereNow } from "./route.js";
import { Sidebar } from "./sidebar.js";
import { openSwitcher } from "./switcher.js";

const KEPT = "kontor-viewer";
const FIRST = "support";

class Shell {
  /** @param {Client} client */
  constructor(client) {
    this.client = client;
    this.sidebar = new Sidebar(client);
    this.main = h("main", { class: "main" });
    this.side = h("div", { class: "side" });
    this.lost = h("div", { class: "lost", role: "status", hidden: true }, "The connection is lost. Trying again …");
    this.menu = h(
      "button",
      {
        type: "button",
        class: "icon-button burger",
        "aria-label": "Channels",
        "aria-controls": "sidebar",
        "aria-expanded": "false",
        onclick: () => this.toggleDrawer(),
      },
      icon("menu"),
    );
    this.element = h(
      "div",
      { class: "shell" },
      h("a", { class: "skip", href: "#main", onclick: (event) => this.skip(event) }, "Skip to the messages"),
      this.bar(),
      this.lost,
      this.sidebar.element,
      this.main,
      this.side,
    );
    this.modals = new ModalHost(client);
    this.unfollow = follow(client, (connected) => (this.lost.hidden = connected));
    this.onhash = () => this.arrive();
    this.onkey = (event) => this.key(event);
    addEventListener("hashchange", this.onhash);
    addEventListener("keydown", this.onkey);
    client.addEventListener("state", () => this.stateChanged());
    client.addEventListener("me", () => this.title());
  }

  bar() {
    const { client } = this;
    const other = client.told.other_side;
    const jump = h(
      "button",
      { type: "button", class: "jump-button", onclick: () => openSwitcher(client) },
      icon("search", 16),
      h("span", null, "Jump to …"),
      h("kbd", null, "Ctrl K"),
    );
    return h(
      "header",
      { class: "bar" },
      this.menu,
      jump,
      h("span", { class: "spring" }),
      other &&
        h(
          "a",
          {
            class: "bar-link",
            href: other,
            target: "kontor-other-side",
            rel: "noopener",
            title: "Be the customer, the parcel, or bad luck",
          },
          icon("switch", 18),
          h("span", null, "The other side"),
        ),
      themeButton(),
      peopleButton(client),
    );
  }

  /** Shows where the address points to. */
  arrive() {
    const { who, place, detail } = whereNow();
    if (who && who !== this.client.viewer.name) {
      begin();
      return;
    }
    this.toggleDrawer(false);
    this.showPlace(place, detail);
    this.sidebar.draw();
    this.title();
  }

  showPlace(place, detail) {
    if (place === APP) this.showApp(detail);
    else this.showChannel(place, detail);
  }

  showApp(tab) {
    if (!(this.shown instanceof AppHome)) this.show(new AppHome(this.client));
    /** @type {AppHome} */ (this.shown).open(tab || "home");
    this.showThread(null, "");
  }

  showChannel(name, thread) {
    const { joined } = this.client;
    const channel =
      joined.find((each) => each.name === name) ??
      joined.find((each) => each.name === FIRST) ??
      joined.find((each) => !each.is_im);
    if (!channel) {
      this.nowhere();
      return;
    }
    if (channel.name !== name) turn({ place: channel.name });
    if (!(this.shown instanceof Conversation) || this.shown.channel.id !== channel.id) {
      const conversation = new Conversation(this.client, channel, (ts) => go({ place: channel.name, detail: ts }));
      const first = !this.shown;
      this.show(conversation);
      conversation.list.refresh();
      // As in Slack: who goes to a channel may write at once. A keyboard on glass would hide half of it.
      if (!first && matchMedia("(hover: hover)").matches) conversation.composer.field.focus();
    }
    this.showThread(channel, thread);
  }

  show(view) {
    this.shown?.leave?.();
    this.shown = view;
    replace(this.main, view.element);
  }

  showThread(channel, ts) {
    if (this.thread?.ts === ts && ts) return;
    this.thread?.view.leave();
    this.thread = null;
    replace(this.side);
    this.element.classList.toggle("with-thread", Boolean(ts));
    if (!ts) return;
    const view = new Thread(this.client, channel, ts, () => this.closeThread(channel, ts));
    this.thread = { ts, view };
    replace(this.side, view.element);
    view.list.refresh();
    view.composer.field.focus();
  }

  closeThread(channel, ts) {
    go({ place: channel.name });
    const row = this.main.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    /** @type {any} */ (row?.querySelector(".thread-bar, button"))?.focus();
  }

  /** Somebody of another company sees nothing until they are let in. */
  nowhere() {
    const { client } = this;
    const join = async () => {
      await post(`/play/channels/${FIRST}/join`, { user: client.viewer.name });
      await client.refreshState();
      await client.refreshMe();
      go({ place: FIRST });
      this.arrive();
    };
    const element = h(
      "div",
      { class: "conversation nowhere" },
      h("h2", null, `${client.viewer.real_name} is in no channel`),
      h(
        "p",
        null,
        `${client.roleOf(client.viewer)}. Let them into #${FIRST} to see what a stranger sees, and what they may not do. The channel counts as shared from then on.`,
      ),
      h("button", { type: "button", class: "button primary solid", onclick: join }, `Let them into #${FIRST}`),
    );
    this.show({ element });
    this.showThread(null, "");
  }

  /** A channel may have been archived, renamed or shared while it is shown. */
  stateChanged() {
    if (!(this.shown instanceof Conversation)) return;
    const { channel } = this.shown;
    const now = this.client.channel(channel.id);
    const facts = (each) => JSON.stringify([each?.name, each?.is_archived, each?.is_ext_shared, each?.members.length]);
    if (facts(now) === facts(channel)) return;
    this.show({ element: h("div") });
    this.showChannel(now?.name ?? channel.name, this.thread?.ts ?? "");
  }

  title() {
    const waiting = Object.values(this.client.me.unread).reduce((sum, each) => sum + each.mentions, 0);
    const { place } = whereNow();
    document.title = `${waiting ? `(${waiting}) ` : ""}${place === APP ? this.client.app.name : `#${place}`} · Kontor sandbox`;
  }

  toggleDrawer(open = !this.element.classList.contains("drawer")) {
    const was = this.element.classList.contains("drawer");
    this.element.classList.toggle("drawer", open);
    this.menu.setAttribute("aria-expanded", String(open));
    if (open && !was) /** @type {any} */ (this.sidebar.element.querySelector("[aria-current], a"))?.focus();
  }

  skip(event) {
    event.preventDefault();
    /** @type {any} */ (this.main.querySelector(".scroller, .app-panel"))?.focus();
  }

  key(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openSwitcher(this.client);
    } else if (event.key === "Escape" && this.element.classList.contains("drawer")) {
      this.toggleDrawer(false);
      this.menu.focus();
    }
  }

  leave() {
    this.unfollow();
    this.modals.hide();
    this.shown?.leave?.();
    this.thread?.view.leave();
    removeEventListener("hashchange", this.onhash);
    removeEventListener("keydown", this.onkey);
  }
}

/** @type {Shell | null} */
let shell = null;

async function begin() {
  const { who } = whereNow();
  try {
    const client = await Client.of(who || localStorage.getItem(KEPT) || "ana");
    localStorage.setItem(KEPT, client.viewer.name);
    if (who !== client.viewer.name) turn({ ...whereNow(), who: client.viewer.name });
    shell?.leave();
    shell = new Shell(client);
    replace(document.body, shell.element);
    shell.arrive();
  } catch (refusal) {
    replace(
      document.body,
      h(
        "main",
        { class: "nowhere" },
        h("h1", null, "The workspace does not answer"),
        h("p", null, refusal.message),
        h("button", { type: "button", class: "button", onclick: begin }, "Try again"),
      ),
    );
  }
}

begin();
