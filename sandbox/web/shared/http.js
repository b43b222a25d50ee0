/** Speaks to the server the page came from, in JSON. */

/** What the server refused, in words people can read. */
export class Refusal extends Error {
  constructor(status, words) {
    super(words);
    this.status = status;
  }
}

export function get(path) {
  return ask("GET", path);
}

export function post(path, given = {}) {
  return ask("POST", path, given);
}

export function remove(path) {
  return ask("DELETE", path, {});
}

/** @throws {Refusal} when the answer is not a good one, or none comes (status 0). */
async function ask(method, path, given) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: given === undefined ? {} : { "Content-Type": "application/json" },
      body: given === undefined ? undefined : JSON.stringify(given),
    });
  } catch {
    throw new Refusal(0, "The sandbox does not answer. Is it still running?");
  }
  const told = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, told.problem ?? told.message ?? `HTTP ${response.status}`);
  return told;
}

/** A file as it travels: its name and its bytes in base64. */
export async function packed(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return { name: file.name, base64: btoa(text) };
}
