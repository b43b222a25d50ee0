/**
 * Builds DOM. The only place that makes elements; text is always text, never markup, whoever wrote it.
 */

/** Nodes, words and numbers; nothing for false, null and undefined; lists of all that. @typedef {any} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * `h("button", { class: "x", onclick: f, "aria-label": "Send", disabled: true }, "Send")`.
 * Functions become listeners, `true` an empty attribute, `false` and null none. `data` and `style` take objects.
 * @param {string} tag
 * @param {Record<string, any> | null} [attributes]
 * @param {...Child} children
 * @returns {HTMLElement & Record<string, any>}
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  dress(element, attributes);
  fill(element, children);
  return element;
}

/**
 * The same for drawings.
 * @param {string} tag
 * @param {Record<string, any> | null} [attributes]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  dress(element, attributes);
  fill(element, children);
  return element;
}

/** Puts `children` in the place of everything that is in `element`. */
export function replace(element, ...children) {
  element.replaceChildren();
  fill(element, children);
  return element;
}

/** Appends `children`; nested lists are flattened and empty ones left out. */
export function fill(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) fill(element, child);
    else if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

function dress(element, attributes) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "style") for (const [rule, set] of Object.entries(value)) element.style.setProperty(rule, set);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

let count = 0;

/** An id no other element has. */
export function newId(word) {
  count += 1;
  return `${word}-${count}`;
}

/** Whether two plain values are the same in every part. */
export function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
