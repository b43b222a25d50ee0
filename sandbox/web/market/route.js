/** Where one is on the other side: `#tickets`, `#tickets/00112345678`, `#orders`, `#returns`, `#controls`. */

export const PLACES = { tickets: "Tickets", orders: "Orders", returns: "Returns", controls: "Controls" };

export function whereNow() {
  const [place = "", detail = ""] = location.hash.slice(1).split("/").map(decodeURIComponent);
  return { place: place in PLACES ? place : "tickets", detail };
}

export function addressOf(place, detail = "") {
  return `#${place}${detail ? `/${encodeURIComponent(detail)}` : ""}`;
}

export function go(place, detail = "") {
  location.hash = addressOf(place, detail);
}
