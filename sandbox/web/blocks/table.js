/** Tables: `table`, which stands below a message, and `data_table`, which has a caption. The first row is the header. */

import { h } from "../shared/dom.js";
import { richText } from "./richtext.js";
import { unknown } from "./unknown.js";

export function table(block, reader) {
  const settings = block.column_settings ?? [];
  const [head, ...rows] = block.rows ?? [];
  const caption = block.caption ?? "";
  return h(
    "div",
    { class: "table-frame", tabindex: "0", role: "region", "aria-label": caption || "Table" },
    h(
      "table",
      { "aria-label": caption ? null : "Table" },
      caption && h("caption", null, caption),
      head && h("thead", null, row("th", head, settings, reader, block)),
      h(
        "tbody",
        null,
        rows.map((cells) => row("td", cells, settings, reader, block)),
      ),
    ),
  );
}

function row(tag, cells, settings, reader, block) {
  return h(
    "tr",
    null,
    cells.map((cell, column) => {
      const set = settings[column] ?? {};
      const names = block.row_header_column_index === column && tag === "td";
      const align = set.align ?? (cell.type === "raw_number" ? "right" : "left");
      return h(
        names ? "th" : tag,
        {
          class: `align-${align}${set.is_wrapped ? " wrapped" : ""}`,
          scope: names ? "row" : tag === "th" ? "col" : null,
        },
        cellContent(cell, reader),
      );
    }),
  );
}

function cellContent(cell, reader) {
  if (cell.type === "rich_text") return richText(cell, reader);
  if (cell.type === "raw_text" || cell.type === "raw_number") return cell.text ?? String(cell.value ?? "");
  return unknown(cell.type, cell);
}
