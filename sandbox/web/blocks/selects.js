/** Select menus of every kind: given lists, lists the app is asked for, people and conversations. */

import { avatar } from "../shared/avatar.js";
import { combobox } from "../shared/combobox.js";
import { h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { changed, spotOf, working } from "./surface.js";
import { wordsOf } from "./text.js";

/** @typedef {import("./surface.js").Surface} Surface */

const EMPTY = "Select an option";

/** @param {Surface} surface @param {import("./input.js").Naming} naming */
export function select(block, element, surface, naming) {
  const many = element.type.startsWith("multi_");
  const kind = element.type.replace("multi_", "");
  const { choices, choiceOf } = SOURCES[kind](block, element, surface);
  const stands = surface.standing(block, element);
  const chosen = (many ? (stands ?? []) : stands ? [stands] : []).map(choiceOf).filter(Boolean);
  const node = combobox({
    ...naming,
    placeholder: wordsOf(element.placeholder) || EMPTY,
    choices,
    least: kind === "external_select" ? (element.min_query_length ?? 3) : 0,
    many,
    most: element.max_selected_items,
    clearable: block.type === "input" && block.optional === true,
    chosen,
    onchange: async (picked) => {
      const values = picked.map((choice) => choice.value);
      const value = many ? values : (values[0] ?? null);
      const outcome = await working(node, () => changed(surface, block, element, value, "chosen"));
      if (outcome.denied) node.replaceWith(select(block, element, surface, naming));
    },
  });
  node.dataset.action = element.action_id;
  return node;
}

/** By kind: what there is to choose from, and how a value that stands there is shown. */
const SOURCES = {
  static_select: (_block, element) => {
    const groups = element.option_groups ?? [{ options: element.options ?? [] }];
    const choices = groups.flatMap((group) =>
      group.options.map((option) => optionChoice(option, wordsOf(group.label))),
    );
    return { choices, choiceOf: (option) => optionChoice(option) };
  },
  external_select: (block, element, surface) => ({
    choices: async (typed) =>
      (await surface.search(spotOf(block, element), typed)).map((option) => optionChoice(option)),
    choiceOf: (option) => optionChoice(option),
  }),
  users_select: (_block, _element, surface) => {
    const people = surface.reader.users.filter((user) => !user.deleted && !user.is_bot);
    return { choices: people.map(userChoice), choiceOf: (id) => known(surface.reader.user(id), userChoice) };
  },
  channels_select: (_block, _element, surface) => {
    const open = surface.reader.channels.filter((channel) => channel.is_channel && !channel.is_archived);
    return { choices: open.map(channelChoice), choiceOf: (id) => known(surface.reader.channel(id), channelChoice) };
  },
  conversations_select: (_block, element, surface) => {
    const wanted = element.filter?.include;
    const mine = surface.reader.joined.filter((channel) => !wanted || wanted.includes(kindOf(channel)));
    return { choices: mine.map(channelChoice), choiceOf: (id) => known(surface.reader.channel(id), channelChoice) };
  },
};

function known(thing, draw) {
  return thing ? draw(thing) : null;
}

function kindOf(channel) {
  if (channel.is_im) return "im";
  if (channel.is_mpim) return "mpim";
  return channel.is_private ? "private" : "public";
}

function optionChoice(option, group = "") {
  return {
    key: option.value,
    label: wordsOf(option.text),
    description: wordsOf(option.description),
    group,
    value: option,
  };
}

function userChoice(user) {
  return {
    key: user.id,
    label: user.real_name,
    description: user.profile.title,
    face: () => avatar(user, 20),
    value: user.id,
  };
}

function channelChoice(channel) {
  const face = () => h("span", { class: "choice-icon" }, icon(channel.is_private ? "lock" : "hash", 16));
  return { key: channel.id, label: channel.name ?? "direct message", face, value: channel.id };
}
