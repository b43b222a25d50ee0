/** A file in a message: a picture shows itself, everything else its name, kind and size. */

import { h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";

const SHOWN = ["image/png", "image/jpeg", "image/gif", "image/webp"];

export function fileCard(file) {
  const address = `/play/files/${encodeURIComponent(file.id)}`;
  const about = `${file.pretty_type} · ${sizeOf(file.size)}`;
  if (SHOWN.includes(file.mimetype)) {
    return h(
      "figure",
      { class: "figure" },
      h("figcaption", null, file.title || file.name),
      h(
        "a",
        { href: address, target: "_blank", rel: "noopener" },
        h("img", { class: "picture", src: address, alt: file.alt_txt || file.title || file.name, loading: "lazy" }),
      ),
    );
  }
  return h(
    "a",
    { class: "file-card", href: address, target: "_blank", rel: "noopener", download: file.name },
    h("span", { class: "file-icon" }, icon("file", 24)),
    h("span", { class: "file-words" }, h("strong", null, file.title || file.name), h("span", null, about)),
  );
}

function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
