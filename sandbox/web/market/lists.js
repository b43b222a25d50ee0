/** Rows that are drawn anew only when what they show has changed, so that nothing jumps from under a finger. */

/** Keeps rows by what they show. */
export class Rows {
  /**
   * @param {HTMLElement} list
   * @param {(thing: any) => HTMLElement} draw
   */
  constructor(list, draw) {
    this.list = list;
    this.draw = draw;
    /** @type {Map<string, { sign: string, node: HTMLElement }>} */
    this.rows = new Map();
  }

  /** @param {any[]} things each with an `id` */
  show(things, extra = "") {
    const kept = new Map();
    const nodes = things.map((thing) => {
      const key = String(thing.id);
      const sign = JSON.stringify([thing, extra]);
      const known = this.rows.get(key);
      const row = known?.sign === sign ? known : { sign, node: this.draw(thing) };
      kept.set(key, row);
      return row.node;
    });
    const focused = document.activeElement?.closest("[data-row]")?.getAttribute("data-row");
    const wanted = document.activeElement?.getAttribute("data-do");
    this.rows = kept;
    for (const node of [...this.list.children]) if (!nodes.includes(/** @type {any} */ (node))) node.remove();
    nodes.forEach((node, index) => {
      if (this.list.children[index] !== node) this.list.insertBefore(node, this.list.children[index] ?? null);
    });
    if (focused && !this.list.contains(document.activeElement)) this.refocus(focused, wanted);
  }

  refocus(row, wanted) {
    const node = this.list.querySelector(`[data-row="${CSS.escape(row)}"]`);
    /** @type {any} */
    const target =
      (wanted && node?.querySelector(`[data-do="${CSS.escape(wanted)}"]`)) || node?.querySelector("a, button");
    target?.focus({ preventScroll: true });
  }
}
