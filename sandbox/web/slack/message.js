/** One message: who said it and when, what it shows, its files, reactions and thread, and what can be done with it. */

import { drawBlocks } from "../blocks/blocks.js";
import { mrkdwn } from "../blocks/mrkdwn.js";
import { emojiNode } from "../blocks/mentions.js";
import { avatar } from "../shared/avatar.js";
import { h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { ago, clock, full } from "../shared/times.js";
import { attachments } from "./attachments.js";
import { fileCard } from "./filecard.js";
import { messageSurface } from "./surfaces.js";
import { toolbar } from "./toolbar.js";

const SLACKBOT = { id: "USLACKBOT", real_name: "Slackbot", is_bot: false };

/**
 * @param {any} message as `play` tells it
 * @param {import("./list.js").Setting} setting
 * @param {{ continued: boolean, inThread: boolean }} how
 */
export function messageItem(message, setting, { continued, inThread }) {
  const { client, channel } = setting;
  const author = client.user(message.user) ?? SLACKBOT;
  const at = Number(message.ts);
  const time = h(
    "time",
    { class: "at", datetime: new Date(at * 1000).toISOString(), title: full(at, client.zone) },
    clock(at, client.zone),
  );
  return h(
    "li",
    {
      class: `message${continued ? " continued" : ""}${message.ephemeral ? " ephemeral" : ""}`,
      data: { ts: message.ts },
    },
    h("div", { class: "gutter" }, continued ? time : avatar(author, 36)),
    h(
      "div",
      { class: "content" },
      message.ephemeral && h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you"),
      continued
        ? h("span", { class: "sr-only" }, author.real_name)
        : h(
            "div",
            { class: "byline" },
            h("strong", { class: "author" }, author.real_name),
            author.is_bot && h("span", { class: "badge" }, "APP"),
            time,
          ),
      body(message, messageSurface(client, channel, message)),
      reactions(message, setting),
      !inThread && message.reply_count && threadBar(message, setting),
    ),
    !message.notice && message.subtype !== "tombstone" && toolbar(message, setting, inThread),
  );
}

function body(message, surface) {
  const { reader } = surface;
  // What people type is kept as plain words; its markup stands in the text.
  const typed = message.client_msg_id || !message.blocks?.length;
  return h(
    "div",
    { class: "body" },
    typed
      ? message.text && h("div", { class: "mrkdwn" }, mrkdwn(message.text, reader))
      : drawBlocks(message.blocks, surface),
    message.edited && !message.blocks?.length && h("span", { class: "edited" }, "(edited)"),
    attachments(message.attachments ?? [], surface),
    (message.files ?? []).map((file) => fileCard(file)),
  );
}

function reactions(message, { client, channel }) {
  if (!message.reactions?.length) return null;
  return h(
    "div",
    { class: "reactions" },
    message.reactions.map(({ name, users, count }) => {
      const mine = users.includes(client.viewer.id);
      const who = users.map((id) => client.user(id)?.real_name ?? id).join(", ");
      const add = () => !mine && client.act("react", { channel: channel.id, ts: message.ts, name }).catch(() => {});
      return h(
        "button",
        {
          type: "button",
          class: `reaction${mine ? " mine" : ""}`,
          title: `${who}: ${name}`,
          "aria-pressed": String(mine),
          "aria-label": `${name}, ${count}, by ${who}`,
          onclick: add,
        },
        emojiNode(name),
        String(count),
      );
    }),
  );
}

function threadBar(message, { client, onthread }) {
  const faces = (message.reply_users ?? []).slice(0, 3).map((id) => avatar(client.user(id) ?? SLACKBOT, 22));
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  return h(
    "button",
    { type: "button", class: "thread-bar", onclick: () => onthread(message.ts) },
    faces,
    h("span", { class: "thread-count" }, count),
    h("span", { class: "thread-last" }, `Last reply ${ago(Number(message.latest_reply), client.now())}`),
  );
}
