/** Puts the other side together: the bar, the places to go to, and the controls beside them. */

import { h, replace } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { themeButton } from "../shared/theme.js";
import { controls } from "./controls.js";
import { orderList } from "./orders.js";
import { returnList } from "./returns.js";
import { PLACES, addressOf, whereNow } from "./route.js";
import { Talk } from "./talk.js";
import { ticketList } from "./tickets.js";
import { World } from "./world.js";

function bar(world, links) {
  return h(
    "header",
    { class: "bar" },
    h("h1", null, "The other side"),
    h("nav", { class: "places", "aria-label": "Places" }, links),
    h("span", { class: "spring" }),
    world.slack &&
      h(
        "a",
        { class: "bar-link", href: world.slack, target: "kontor-slack", rel: "noopener" },
        icon("switch", 18),
        h("span", null, "Slack"),
      ),
    themeButton(),
  );
}

function build(world) {
  const talk = new Talk(world);
  const places = {
    tickets: h("div", { class: "tickets" }, ticketList(world), talk.element),
    orders: orderList(world),
    returns: returnList(world),
  };
  const links = Object.entries(PLACES).map(([place, words]) =>
    h("a", { class: `place place-${place}`, href: addressOf(place), data: { place } }, words),
  );
  const main = h("main", { class: "main" });
  const side = controls(world);
  const lost = h(
    "div",
    { class: "lost", role: "status", hidden: true },
    "The marketplace does not answer. Trying again …",
  );
  const frame = h("div", { class: "market" }, bar(world, links), lost, main, side);
  const arrive = () => {
    const { place, detail } = whereNow();
    for (const link of links) {
      if (link.dataset.place === place) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    frame.classList.toggle("at-controls", place === "controls");
    const shown = places[place === "controls" ? "tickets" : place];
    if (main.firstElementChild !== shown) replace(main, shown);
    frame.classList.toggle("with-ticket", place === "tickets" && Boolean(detail));
    talk.open(place === "tickets" ? detail : "");
  };
  world.watch("lost", (gone) => (lost.hidden = !gone));
  addEventListener("hashchange", arrive);
  replace(document.body, frame);
  arrive();
}

async function begin() {
  const world = new World();
  try {
    await world.begin();
    build(world);
  } catch (refusal) {
    replace(
      document.body,
      h(
        "main",
        { class: "opening" },
        h("h1", null, "The marketplace does not answer"),
        h("p", null, refusal.message),
        h("button", { type: "button", class: "button", onclick: begin }, "Try again"),
      ),
    );
  }
}

begin();
