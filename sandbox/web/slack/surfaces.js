/** Messages, modals and the Home tab as surfaces: how what is drawn there reaches the app. */

import { isStateful, valueOf } from "../blocks/surface.js";

/** @typedef {import("../blocks/surface.js").Surface} Surface */
/** @typedef {import("./client.js").Client} Client */

/**
 * What was typed and not sent yet, by surface and field.
 * @type {Map<string, Map<string, { block_id: string, action_id: string, kind: string, value: any }>>}
 */
const typed = new Map();

function notesOf(key) {
  if (!typed.has(key)) typed.set(key, new Map());
  return typed.get(key);
}

/** Forgets what was typed somewhere that is gone. */
export function forget(key) {
  typed.delete(key);
}

function surface(key, blocks, rest) {
  const nameOf = (block, element) => `${block.block_id} ${element.action_id}`;
  return {
    error: () => undefined,
    standing: (block, element) => {
      const note = notesOf(key).get(nameOf(block, element));
      if (note && note.kind === element.type) return note.value;
      return valueOf(rest.entry?.(block, element), element);
    },
    note: (block, element, value) => {
      notesOf(key).set(nameOf(block, element), {
        block_id: block.block_id,
        action_id: element.action_id,
        kind: element.type,
        value,
      });
    },
    /** What was typed into fields that are still there. */
    fields: () => {
      const there = new Map(elementsIn(blocks).map(([block, element]) => [nameOf(block, element), element.type]));
      return [...notesOf(key)]
        .filter(([name, note]) => there.get(name) === note.kind)
        .map(([, { block_id, action_id, value }]) => ({ block_id, action_id, value }));
    },
    /** Files travel once; from then on Slack has them. */
    sent: () => {
      for (const [name, note] of notesOf(key)) if (note.kind === "file_input") notesOf(key).delete(name);
    },
    ...rest,
  };
}

function elementsIn(blocks) {
  return blocks.flatMap((block) => {
    const held =
      block.type === "input" ? [block.element] : block.type === "section" ? [block.accessory] : (block.elements ?? []);
    const inside = block.child_blocks ? elementsIn(block.child_blocks) : [];
    return [...held.filter((element) => element && isStateful(element)).map((element) => [block, element]), ...inside];
  });
}

/** @param {Client} client @returns {Surface} */
export function messageSurface(client, channel, message) {
  const place = { channel: channel.id, ts: message.ts };
  const blocks = message.blocks ?? [];
  const inputs = () =>
    here
      .fields()
      .filter((field) => blocks.some((block) => block.type === "input" && block.block_id === field.block_id));
  const here = surface(`${client.viewer.id} ${channel.id} ${message.ts}`, blocks, {
    kind: "message",
    reader: client,
    press: (spot, value) => client.interact("press", { ...place, ...spot, value, fields: inputs(), confirm: true }),
    tell: (spot, value) => client.interact("press", { ...place, ...spot, value, fields: inputs(), confirm: true }),
    search: (spot, words) => client.act("search", { ...place, ...spot, typed: words }),
  });
  return here;
}

/**
 * A modal or a Home view.
 * @param {Client} client
 * @returns {Surface & { fields: () => any[], sent: () => void }}
 */
export function viewSurface(client, view) {
  const home = view.type === "home";
  const after = (outcome) => {
    if (outcome.ok) here.sent();
    return outcome;
  };
  const here = surface(keyOf(client, view), view.blocks, {
    kind: home ? "home" : "modal",
    reader: client,
    entry: (block, element) => view.state?.values?.[block.block_id]?.[element.action_id],
    error: (blockId) => view.errors?.[blockId],
    press: (spot, value) =>
      client.interact("click", { ...spot, value, home, fields: here.fields(), confirm: true }).then(after),
    tell: (spot, value) => client.interact("fill", { ...spot, value, home, fields: here.fields() }).then(after),
    search: (spot, words) => client.act("search", { ...spot, home, typed: words }),
  });
  return here;
}

export function keyOf(client, view) {
  return `${client.viewer.id} ${view.id}`;
}
