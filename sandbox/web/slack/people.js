/** Whose eyes one looks through: a menu of everybody who works here, and of two who may not do much. */

import { avatar } from "../shared/avatar.js";
import { h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { openMenu } from "../shared/menu.js";
import { go } from "./route.js";

/** @param {import("./client.js").Client} client */
export function peopleButton(client) {
  const { viewer } = client;
  const button = h(
    "button",
    {
      type: "button",
      class: "who",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": `You are ${viewer.real_name}. Look as somebody else`,
      title: "Look as somebody else",
    },
    avatar(viewer, 26),
    h("span", { class: "who-name" }, viewer.real_name),
    icon("caret", 14),
  );
  const people = client.users.filter((user) => !user.is_bot && !user.deleted);
  button.addEventListener("click", () => {
    const items = people.map((user) => ({
      label: user.real_name,
      content: h(
        "span",
        { class: "person" },
        avatar(user, 28),
        h(
          "span",
          null,
          h("strong", null, user.real_name),
          h("span", { class: "menu-description" }, client.roleOf(user)),
        ),
      ),
      checked: user.id === viewer.id,
      choose: () => go({ who: user.name }),
    }));
    openMenu(button, items, { label: "Look as", side: "end" });
  });
  return h("span", { class: "anchor" }, button);
}
