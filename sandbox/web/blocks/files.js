/** file_input: files are chosen or dropped, named, and can be taken away again before anything is sent. */

import { h, newId, replace } from "../shared/dom.js";
import { packed } from "../shared/http.js";
import { icon } from "../shared/icons.js";

const LARGEST = 10 * 1024 * 1024;

/** @param {import("./surface.js").Surface} surface @param {import("./input.js").Naming} naming */
export function fileField(block, element, surface, naming) {
  const most = element.max_files ?? 10;
  const id = newId("files");
  const list = h("ul", { class: "file-list" });
  const note = h("div", { class: "file-note", role: "status" });
  const input = h("input", {
    type: "file",
    id,
    multiple: most > 1,
    accept: element.filetypes?.map((kind) => `.${kind}`).join(",") || null,
    "aria-labelledby": naming.labelledby,
    "aria-describedby": naming.describedby,
    data: { action: element.action_id },
  });
  /** Either files that Slack has already, or new ones with their bytes. */
  let chosen = [...(surface.standing(block, element) ?? [])];
  const draw = () => {
    replace(
      list,
      chosen.map((file, index) =>
        h(
          "li",
          null,
          icon("file", 16),
          file.name,
          h(
            "button",
            {
              type: "button",
              class: "icon-button",
              "aria-label": `Remove ${file.name}`,
              onclick: () => take(chosen.filter((_, place) => place !== index)),
            },
            icon("cross", 14),
          ),
        ),
      ),
    );
  };
  const take = (files) => {
    chosen = files.slice(0, most);
    note.textContent = files.length > most ? `At most ${most} file${most === 1 ? "" : "s"}.` : "";
    surface.note(
      block,
      element,
      chosen.map((file) => (file.base64 ? file : { file: file.id ?? file.file, name: file.name })),
    );
    draw();
  };
  const add = async (files) => {
    const fitting = [...files].filter((file) => file.size <= LARGEST);
    const ready = await Promise.all(fitting.map(packed));
    take(most === 1 && ready.length ? ready.slice(-1) : [...chosen, ...ready]);
    if (fitting.length < files.length) note.textContent = "Files larger than 10 MB cannot be sent.";
  };
  input.addEventListener("change", () => add(input.files).then(() => (input.value = "")));
  const zone = h("div", { class: "file-drop" }, icon("clip"), h("span", null, "Drop files here, or choose "), input);
  dropInto(zone, add);
  draw();
  return h("div", { class: "file-field" }, zone, note, list);
}

/** Files dropped onto `zone` go to `take`. */
export function dropInto(zone, take) {
  zone.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("dropping");
  });
  zone.addEventListener("dragleave", (event) => {
    if (!zone.contains(event.relatedTarget)) zone.classList.remove("dropping");
  });
  zone.addEventListener("drop", (event) => {
    zone.classList.remove("dropping");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}
