/** What the marketplace's codes are called here, from the buyer's side of the counter. */

const TOPICS = {
  order_cancel: "Wants to cancel",
  order_product_defect: "Product is defective",
  delivery_not_received: "Parcel not received",
  delivery_delayed: "Parcel is late",
  delivery_wrong_products: "Wrong product",
  delivery_parts_missing: "Parts are missing",
  delivery_change_address: "Another address",
  return_check_status: "Where is my return?",
  return_request_label: "Wants a return label",
  invoice_needed: "Wants an invoice",
  invoice_problem: "Problem with the invoice",
  product_properties: "Question about the product",
  product_availability: "Is it available?",
  admonition: "Complaint",
};

export const TICKET = {
  opened: "open",
  buyer_closed: "closed by the buyer",
  seller_closed: "closed by the seller",
  both_closed: "closed by both",
  customer_service_closed_final: "closed for good",
};

export const UNIT = {
  open: "not released yet",
  need_to_be_sent: "to be sent",
  sent: "on its way",
  received: "delivered",
  sent_and_autopaid: "delivered, paid out",
  returned: "returned",
  returned_paid: "returned, money back",
  cancelled: "cancelled",
};

export const RETURN = {
  return_requested: "asked for",
  label_generated: "label made",
  package_sent: "on its way back",
  package_received: "back at the seller",
  label_deleted: "label cancelled",
};

export const RETURN_UNIT = {
  need_to_be_returned: "on its way back",
  return_arrived: "waits for the seller's decision",
  return_accepted: "accepted, money back",
  return_rejected: "rejected",
  return_closed: "given up",
  return_in_repair: "in repair",
  return_in_clarification: "the seller has a question",
};

export const REASONS = {
  dislike: "does not like it",
  defect: "defective",
  delivered_damaged: "arrived damaged",
  wrong_article: "wrong article",
  wrong_size: "wrong size",
  missing_parts: "parts are missing",
  misleading_description: "not as described",
  too_late: "came too late",
  accidentally_ordered: "ordered by accident",
  bad_quality: "bad quality",
  better_price: "cheaper elsewhere",
  no_reason: "no reason",
};

/** Returns that may be started from here. */
export const RETURNABLE = new Set(["sent", "received", "sent_and_autopaid"]);

export function topicOf(code) {
  return TOPICS[code] ?? spelled(code ?? "question");
}

export function spelled(code) {
  const words = code.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function flag(storefront) {
  const letters = [...storefront].map((letter) => String.fromCodePoint(0x1f1e6 + letter.charCodeAt(0) - 97));
  return `${letters.join("")} ${storefront.toUpperCase()}`;
}

const SIGNS = { EUR: "€", CZK: "Kč", PLN: "zł" };

/** `minor` are cents, haléře or grosze. */
export function money(minor, currency) {
  return `${(minor / 100).toFixed(2)} ${SIGNS[currency] ?? currency}`;
}
