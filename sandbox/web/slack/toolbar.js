/** What can be done with a message: react, answer in its thread, and the app's shortcuts. */

import { emojiNode } from "../blocks/mentions.js";
import { h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { openMenu } from "../shared/menu.js";
import { toast } from "../shared/toast.js";
import { pickEmoji } from "./emojipicker.js";

const QUICK = ["white_check_mark", "eyes", "raised_hands"];

/** @param {import("./list.js").Setting} setting */
export function toolbar(message, setting, inThread) {
  const { client, channel, onthread } = setting;
  const react = (name) =>
    client.act("react", { channel: channel.id, ts: message.ts, name }).catch((refusal) => toast(refusal.message));
  const quick = QUICK.map((name) =>
    tool(`React with ${name.replaceAll("_", " ")}`, emojiNode(name), () => react(name)),
  );
  const other = tool("Find another reaction", icon("smile"), () => pickEmoji(other, react));
  const more = tool("More actions", icon("dots"), () =>
    openMenu(more, actions(message, setting), { label: "More actions", side: "end" }),
  );
  more.setAttribute("aria-haspopup", "menu");
  more.setAttribute("aria-expanded", "false");
  const thread =
    !inThread &&
    !message.ephemeral &&
    tool("Reply in thread", icon("thread"), () => onthread(message.thread_ts ?? message.ts));
  const real = !message.ephemeral;
  return h(
    "div",
    { class: "toolbar", role: "group", "aria-label": "Message actions" },
    real && quick,
    real && other,
    thread,
    more,
  );
}

function tool(label, face, onclick) {
  return h("button", { type: "button", class: "tool", "aria-label": label, title: label, onclick }, face);
}

function actions(message, { client, channel }) {
  const shortcuts =
    client.isStranger || message.ephemeral
      ? []
      : client.told.shortcuts.filter((shortcut) => shortcut.type === "message");
  const use = (shortcut) => async () => {
    const outcome = await client.interact("shortcut", {
      callback_id: shortcut.callback_id,
      channel: channel.id,
      ts: message.ts,
    });
    if (!outcome.ok) toast(outcome.words ?? "That did not work.", { danger: true });
  };
  const copy = () =>
    navigator.clipboard?.writeText(message.words || message.text).then(
      () => toast("Copied."),
      () => toast("The browser did not let us copy."),
    );
  return [
    ...shortcuts.map((shortcut) => ({
      label: shortcut.name,
      description: shortcut.description || client.app.name,
      choose: use(shortcut),
    })),
    ...(shortcuts.length ? [null] : []),
    { label: "Copy text", choose: copy },
  ];
}
