/** Ctrl+K: jump to a channel or the app by typing a part of its name. */

import { combobox } from "../shared/combobox.js";
import { dialogFrame } from "../shared/dialog.js";
import { h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { APP, go } from "./route.js";

/** @param {import("./client.js").Client} client */
export function openSwitcher(client) {
  if (document.querySelector("dialog[open]")) return;
  const close = () => {
    dialog.close();
    dialog.remove();
  };
  const channels = client.joined.filter((channel) => channel.name && !channel.is_archived);
  const face = (name) => () => h("span", { class: "choice-icon" }, icon(name, 16));
  const choices = [
    ...channels.map((channel) => ({
      key: channel.id,
      label: channel.name,
      face: face(channel.is_private ? "lock" : "hash"),
      value: channel.name,
    })),
    { key: APP, label: client.app.name, face: face("bolt"), value: APP },
  ];
  const field = combobox({
    name: "Jump to",
    placeholder: "Channel or app",
    choices,
    chosen: [],
    onchange: ([choice]) => {
      close();
      if (choice) go({ place: choice.value });
    },
  });
  const dialog = dialogFrame({ title: "Jump to", class: "small", body: field, onclose: close });
  document.body.append(dialog);
  dialog.showModal();
  const input = field.querySelector("input");
  input?.focus();
  input?.dispatchEvent(new Event("input"));
}
