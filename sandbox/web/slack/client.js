/** What the page knows of the workspace, as one person sees it, and everything that person can ask for. */

import { get, post } from "../shared/http.js";

/** @typedef {import("../blocks/surface.js").Outcome} Outcome */

export class Client extends EventTarget {
  /** @param {string} name the person's name or id */
  static async of(name) {
    const client = new Client();
    client.told = await get("/play/state");
    client.arrived = Date.now();
    const people = client.told.users.filter((user) => !user.is_bot && !user.deleted);
    client.viewer = people.find((user) => user.name === name || user.id === name) ?? people[0];
    client.me = await get(`/play/people/${client.viewer.id}`);
    return client;
  }

  constructor() {
    super();
    /** Who looks. @type {any} */
    this.viewer = null;
    /** What there is: the answer of /play/state. @type {any} */
    this.told = null;
    /** What stands before the person: modals, Home, what is unread. @type {any} */
    this.me = null;
    this.arrived = 0;
    /** What Slack itself said to this person, by channel: such as that a command failed. @type {Map<string, any[]>} */
    this.notices = new Map();
  }

  // Who and what there is

  get zone() {
    return this.viewer.tz;
  }

  get users() {
    return this.told.users;
  }

  get channels() {
    return this.told.channels;
  }

  get app() {
    return this.told.app;
  }

  /** Seconds since 1970 by the sandbox's clock, which may be ahead of this machine's. */
  now() {
    return this.told.now + (Date.now() - this.arrived) / 1000;
  }

  user(id) {
    return this.users.find((user) => user.id === id);
  }

  channel(id) {
    return this.channels.find((channel) => channel.id === id);
  }

  group(id) {
    return this.told.groups.find((group) => group.id === id);
  }

  /** The conversations this person is in. */
  get joined() {
    return this.channels.filter((channel) => channel.members.includes(this.viewer.id));
  }

  /** The person's direct conversation with the app, once there is one. */
  get dm() {
    return this.joined.find((channel) => channel.is_im);
  }

  /** People of other companies see messages, but have no commands and shortcuts. */
  get isStranger() {
    return this.viewer.team_id !== this.told.team;
  }

  roleOf(user) {
    if (user.is_stranger || user.team_id !== this.told.team) return `${user.profile.title} · other company`;
    if (user.is_restricted) return `${user.profile.title} · guest`;
    return user.is_admin ? `${user.profile.title} · admin` : user.profile.title;
  }

  unread(channelId) {
    return this.me.unread[channelId] ?? { count: 0, mentions: 0, mark: "" };
  }

  // Asking

  async refreshState() {
    this.told = await get("/play/state");
    this.arrived = Date.now();
    this.dispatchEvent(new Event("state"));
  }

  async refreshMe() {
    this.take(await get(`/play/people/${this.viewer.id}`));
  }

  /** The newest messages of a channel or a thread, as this person sees them, oldest first. */
  messages(channelId, { thread = "", last = 60 } = {}) {
    const asked = new URLSearchParams({ as: this.viewer.id, ...(thread ? { thread } : { last: String(last) }) });
    return get(`/play/channels/${channelId}/messages?${asked}`);
  }

  // Doing

  /**
   * Moves the person's hands. See `acts.py` for the verbs.
   * @throws {import("../shared/http.js").Refusal}
   */
  async act(verb, given = {}) {
    const { result, ...me } = await post(`/play/people/${this.viewer.id}/${verb}`, given);
    this.take(me);
    return result;
  }

  /**
   * The same for what goes to the app: the outcome, in words when it went wrong.
   * @returns {Promise<Outcome>}
   */
  async interact(verb, given) {
    try {
      const result = await this.act(verb, given);
      if (result && result.acknowledged === false) return { ok: false, words: this.lastBanner() };
      return { ok: true };
    } catch (refusal) {
      return { ok: false, words: refusal.message };
    }
  }

  lastBanner() {
    return this.me.banners.at(-1)?.text ?? "Something went wrong with this app. Please try again.";
  }

  /** Calls `changed` whenever something in a channel has; returns what ends it. */
  whenChanged(channelId, changed) {
    const listen = (event) => event.detail === channelId && changed();
    this.addEventListener("channel", listen);
    return () => this.removeEventListener("channel", listen);
  }

  async read(channelId, ts) {
    if (ts <= this.unread(channelId).mark) return;
    const { unread } = await post(`/play/people/${this.viewer.id}/read`, { channel: channelId, ts });
    this.take({ ...this.me, unread });
  }

  /** Slack itself tells this person something; nobody else sees it, and it is gone with the page. */
  notice(channelId, text, thread = "") {
    const said = this.notices.get(channelId) ?? [];
    said.push({
      ts: this.now().toFixed(6),
      user: "USLACKBOT",
      text,
      ephemeral: true,
      thread_ts: thread || undefined,
      notice: true,
    });
    this.notices.set(channelId, said);
    this.tellChanged(channelId);
  }

  tellChanged(channelId) {
    this.dispatchEvent(new CustomEvent("channel", { detail: channelId }));
  }

  take(me) {
    this.me = me;
    this.dispatchEvent(new Event("me"));
  }
}
