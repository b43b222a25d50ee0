/** Where the focus is, and whether it can be seen. Evaluated in a page. */
() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const style = getComputedStyle(node);
  const shown = (each) => {
    const its = getComputedStyle(each);
    return (its.outlineStyle !== "none" && parseFloat(its.outlineWidth) > 0) || its.boxShadow !== "none";
  };
  const frame = node.closest(".composer, .combobox-box, .row, .menu");
  const box = node.getBoundingClientRect();
  return {
    path: [
      ...(function* () {
        for (let at = node; at && at !== document.body; at = at.parentElement)
          yield [...(at.parentElement?.children ?? [])].indexOf(at);
      })(),
    ].join("."),
    name: `<${node.tagName.toLowerCase()} class="${node.getAttribute("class") ?? ""}"> ${(node.getAttribute("aria-label") ?? node.textContent ?? "").slice(0, 40)}`,
    ring:
      shown(node) ||
      Boolean(frame && shown(frame)) ||
      (style.backgroundColor !== "rgba(0, 0, 0, 0)" && node.matches("[role^=menuitem]")),
    inside: box.width > 0 && box.height > 0,
  };
};
