/**
 * What the page knows of the marketplace, asked for once a second and after everything that is done here, and all that
 * can be done. Those who show a part of it hear when that part has changed.
 */

import { get, post, remove } from "../shared/http.js";
import { toast } from "../shared/toast.js";

const EVERY = 1000;
const LISTED = 60;

/** What is asked for, and where. */
const PARTS = {
  state: () => "/play/state",
  tickets: () => `/play/tickets?limit=${LISTED}`,
  orders: () => `/play/orders?limit=${LISTED}`,
  returns: () => `/play/returns?limit=${LISTED}`,
  journal: () => "/play/journal",
  faults: () => "/play/faults",
};

export class World extends EventTarget {
  constructor() {
    super();
    /** @type {Record<string, any>} */
    this.parts = {};
    /** @type {Map<string, string>} */
    this.signs = new Map();
    /** The ticket one looks at; asked for too. */
    this.open = "";
    this.slack = null;
  }

  async begin() {
    this.slack = (await get("/neighbours")).slack;
    await this.refresh();
    setInterval(() => !document.hidden && this.refresh(), EVERY);
    document.addEventListener("visibilitychange", () => this.refresh());
  }

  /** Asks for everything once; those who asked meanwhile wait for the same answer. */
  refresh() {
    this.asking ??= this.ask().finally(() => (this.asking = null));
    return this.asking;
  }

  async ask() {
    const wanted = {
      ...PARTS,
      ...(this.open && { ticket: () => `/play/tickets/${this.open}` }),
      ...(this.slack && { slackFaults: () => "/slack/faults" }),
    };
    const open = this.open;
    try {
      await Promise.all(Object.entries(wanted).map(async ([name, path]) => this.take(name, await get(path()), open)));
      this.take("lost", false, open);
    } catch (refusal) {
      if (refusal.status === 0) this.take("lost", true, open);
      else if (refusal.status !== 404 && refusal.status !== 502) throw refusal;
    }
  }

  take(name, told, open) {
    if (name === "ticket" && open !== this.open) return;
    const sign = JSON.stringify(told);
    if (this.signs.get(name) === sign) return;
    this.signs.set(name, sign);
    this.parts[name] = told;
    this.dispatchEvent(new Event(name));
  }

  /** Calls `show` with a part now, when it is known, and whenever it has changed. */
  watch(name, show) {
    const listen = () => show(this.parts[name]);
    this.addEventListener(name, listen);
    if (name in this.parts) listen();
    return () => this.removeEventListener(name, listen);
  }

  async look(ticket) {
    if (ticket === this.open) return;
    this.open = ticket;
    this.signs.delete("ticket");
    delete this.parts.ticket;
    await this.asking;
    await this.refresh();
  }

  /** The time of the sandbox, which may be ahead (milliseconds since 1970). */
  now() {
    return Date.parse(this.parts.state.now);
  }

  /** Does one thing, and shows what came of it; says in words what the marketplace refused. */
  async do(path, given = {}, words = "") {
    return this.tried(() => post(`/play${path}`, given), words);
  }

  async undo(path) {
    return this.tried(() => remove(`/play${path}`), "");
  }

  async tried(deed, words) {
    try {
      const told = await deed();
      if (words) toast(words);
      await this.asking;
      await this.refresh();
      return told;
    } catch (refusal) {
      toast(refusal.message, { danger: true });
      return null;
    }
  }
}
