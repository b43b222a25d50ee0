/** Follows what changes in the workspace, and asks again for just that; many changes at once are asked for once. */

const PAUSE = 80;
/** What concerns only the person it names. */
const PERSONAL = new Set(["modal.opened", "modal.changed", "modal.closed", "home.changed"]);
const STATE = new Set(["channel.changed", "app.changed", "faults.changed"]);

/**
 * @param {import("./client.js").Client} client
 * @param {(connected: boolean) => void} onconnection
 * @returns {() => void} ends it
 */
export function follow(client, onconnection) {
  const stream = new EventSource(`/play/events?after=${client.told.last_change}`);
  const dirty = { channels: new Set(), me: false, state: false };
  let lost = false;
  let timer = 0;
  let busy = false;

  const flush = async () => {
    timer = 0;
    if (busy) return later();
    busy = true;
    const { me, state } = dirty;
    const channels = [...dirty.channels];
    dirty.channels.clear();
    dirty.me = dirty.state = false;
    try {
      if (state) await client.refreshState();
      if (me) await client.refreshMe();
      for (const id of channels) client.tellChanged(id);
    } catch {
      dirty.me = dirty.state = true;
    }
    busy = false;
    return undefined;
  };
  const later = () => {
    timer ||= setTimeout(flush, PAUSE);
  };

  stream.onmessage = ({ data }) => {
    const change = JSON.parse(data);
    if (note(change, client, dirty)) later();
  };
  stream.onerror = () => {
    lost = true;
    onconnection(false);
  };
  stream.onopen = () => {
    if (!lost) return;
    lost = false;
    onconnection(true);
    // Whatever happened meanwhile may not be told any more.
    dirty.me = dirty.state = true;
    for (const channel of client.channels) dirty.channels.add(channel.id);
    later();
  };
  return () => {
    stream.close();
    clearTimeout(timer);
  };
}

/** Notes what has to be asked for again; false when nothing has. */
function note(change, client, dirty) {
  const { kind, user, channel } = change;
  const mine = user === client.viewer.id;
  if (STATE.has(kind)) dirty.state = dirty.me = true;
  else if (PERSONAL.has(kind) && mine) dirty.me = true;
  else if (kind.startsWith("ephemeral.") && mine) dirty.channels.add(channel);
  else if (/^(message|reaction|file)\./.test(kind)) {
    dirty.channels.add(channel);
    dirty.me = true;
    // A direct conversation begins with its first message.
    if (!client.channel(channel)) dirty.state = true;
  } else return false;
  return true;
}
