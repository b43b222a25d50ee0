/** Pictures. They are fetched through the workspace, as Slack does; where none comes the words for it stand instead. */

import { h } from "../shared/dom.js";
import { textNode } from "./text.js";

/** Where the page gets a picture that stands elsewhere, or in Slack. */
export function pictureAddress({ image_url: url, slack_file: file }) {
  if (url) return `/play/picture?url=${encodeURIComponent(url)}`;
  const id = file?.id ?? /-(F[A-Z0-9]+)\//.exec(file?.url ?? "")?.[1] ?? "";
  return `/play/files/${encodeURIComponent(id)}`;
}

/** An image element: small, beside something. */
export function image(element) {
  const picture = h("img", {
    class: "picture",
    src: pictureAddress(element),
    alt: element.alt_text ?? "",
    loading: "lazy",
  });
  picture.addEventListener("error", () => picture.replaceWith(missing(element.alt_text)));
  return picture;
}

/** An image block: large, with its title. */
export function imageBlock(block, reader) {
  return h(
    "figure",
    { class: "figure" },
    block.title && h("figcaption", null, textNode(block.title, reader)),
    image(block),
  );
}

function missing(words) {
  return h("span", { class: "picture missing", role: "img", "aria-label": words || "picture" }, words || "picture");
}
