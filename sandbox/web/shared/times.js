/** Times as people read them, in the zone of whoever looks. Takes seconds since 1970, as Slack does. */

const DAY = 86_400;

function formatted(seconds, zone, options) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }).format(new Date(seconds * 1000));
}

/** 14:05 */
export function clock(seconds, zone, withSeconds = false) {
  return formatted(seconds, zone, { hour: "2-digit", minute: "2-digit", ...(withSeconds && { second: "2-digit" }) });
}

/** The calendar day in the zone, as 2026-11-25. */
export function dayOf(seconds, zone) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(
    new Date(seconds * 1000),
  );
}

/** Today, Yesterday, or Wednesday, 25 November. */
export function dayTitle(seconds, zone, now) {
  return nearDay(seconds, zone, now) ?? formatted(seconds, zone, { weekday: "long", day: "numeric", month: "long" });
}

/** Everything, for a tooltip. */
export function full(seconds, zone) {
  return formatted(seconds, zone, { dateStyle: "full", timeStyle: "medium" });
}

/** "3 h ago" for the summary of a thread. */
export function ago(seconds, now) {
  const passed = Math.max(0, now - seconds);
  if (passed < 60) return "just now";
  if (passed < 3600) return counted(Math.floor(passed / 60), "minute");
  if (passed < DAY) return counted(Math.floor(passed / 3600), "hour");
  return counted(Math.floor(passed / DAY), "day");
}

function counted(number, word) {
  return `${number} ${word}${number === 1 ? "" : "s"} ago`;
}

function nearDay(seconds, zone, now) {
  const words = {
    [dayOf(now - DAY, zone)]: "Yesterday",
    [dayOf(now, zone)]: "Today",
    [dayOf(now + DAY, zone)]: "Tomorrow",
  };
  return words[dayOf(seconds, zone)];
}

/**
 * A `<!date^…>` token: the words in braces of `form` are filled in.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 * @param {boolean} begins whether it begins a line: then "Today" is written large
 * @returns {string | null} null for a form that holds a word nobody knows
 */
export function dated(seconds, form, zone, now, begins) {
  let known = true;
  const text = form.replace(/\{(\w+)\}/g, (token, name, place) => {
    const write = FORMS[name];
    if (!write) {
      known = false;
      return token;
    }
    const said = write(seconds, zone, now);
    return begins && place === 0 ? said : said.replace(/^(Today|Yesterday|Tomorrow)$/, (word) => word.toLowerCase());
  });
  return known ? text : null;
}

const LONG = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const MIDDLE = { day: "numeric", month: "long", year: "numeric" };
const SHORT = { day: "numeric", month: "short", year: "numeric" };

/** @type {Record<string, (seconds: number, zone: string, now: number) => string>} */
const FORMS = {
  date_num: dayOf,
  date_slash: (at, zone) => formatted(at, zone, { day: "2-digit", month: "2-digit", year: "numeric" }),
  date_long: (at, zone) => formatted(at, zone, LONG),
  date_long_full: (at, zone) => formatted(at, zone, LONG),
  date_long_pretty: (at, zone, now) => nearDay(at, zone, now) ?? formatted(at, zone, LONG),
  date: (at, zone) => formatted(at, zone, MIDDLE),
  date_pretty: (at, zone, now) => nearDay(at, zone, now) ?? formatted(at, zone, MIDDLE),
  date_short: (at, zone) => formatted(at, zone, SHORT),
  date_short_pretty: (at, zone, now) => nearDay(at, zone, now) ?? formatted(at, zone, SHORT),
  day_divider_pretty: (at, zone, now) => dayTitle(at, zone, now),
  time: (at, zone) => clock(at, zone),
  time_secs: (at, zone) => clock(at, zone, true),
  ago: (at, _zone, now) => (at <= now ? ago(at, now) : `in ${ago(now - (at - now), now).replace(" ago", "")}`),
};
