/** Looks over a page as it is now. Evaluated in it; tells what is wrong, one sentence each. */
() => {
  const found = [];
  const seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const name = (node) => `<${node.tagName.toLowerCase()} class="${node.getAttribute("class") ?? ""}">`;

  const ids = new Map();
  for (const node of document.querySelectorAll("[id]")) ids.set(node.id, (ids.get(node.id) ?? 0) + 1);
  for (const [id, count] of ids) if (count > 1) found.push(`the id ${id} stands ${count} times`);
  for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls", "aria-activedescendant", "for"])
    for (const node of document.querySelectorAll(`[${attribute}]`))
      for (const id of node.getAttribute(attribute).split(/\s+/).filter(Boolean))
        if (!document.getElementById(id)) found.push(`${attribute}="${id}" of ${name(node)} names nothing`);

  for (const picture of document.querySelectorAll("img:not([alt])")) found.push(`${name(picture)} has no alt`);
  if (!document.documentElement.lang) found.push("the page does not say its language");
  if (!document.title) found.push("the page has no title");
  const mains = [...document.querySelectorAll("main")].filter(seen);
  const open = document.querySelector("dialog[open]");
  if (!open && mains.length > 1) found.push(`${mains.length} main regions`);

  let before = 0;
  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(seen);
  for (const heading of headings.filter((each) => !open || open.contains(each))) {
    const level = Number(heading.tagName[1]);
    if (before && level > before + 1) found.push(`h${level} "${heading.textContent}" after h${before}`);
    before = level;
  }
  if (!open && headings.filter((each) => each.tagName === "H1").length !== 1) found.push("not exactly one h1");

  const within = { LI: "UL, OL", DT: "DL", DD: "DL" };
  for (const [tag, parents] of Object.entries(within))
    for (const node of document.querySelectorAll(tag))
      if (!node.parentElement.matches(parents)) found.push(`${name(node)} outside of ${parents}`);
  const owners = { option: "listbox", tab: "tablist", menuitem: "menu", menuitemradio: "menu" };
  for (const [role, owner] of Object.entries(owners))
    for (const node of document.querySelectorAll(`[role=${role}]`))
      if (!node.closest(`[role=${owner}]`)) found.push(`${name(node)} is a ${role} without a ${owner}`);
  for (const node of document.querySelectorAll("button button, a a, a button, button a"))
    found.push(`${name(node)} stands inside of something that is pressed`);

  const parse = (colour) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return { r, g, b, a: a / 255 };
  };
  const known = new Map();
  const colour = (text) => known.get(text) ?? known.set(text, parse(text)).get(text);
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a),
    g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a),
    a: 1,
  });
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const layer = colour(getComputedStyle(at).backgroundColor);
      if (layer.a > 0) layers.push(layer);
      if (layer.a === 1) break;
      // What is shown in the top layer stands before whatever lies below.
      if (at.matches("dialog, [popover]") && layer.a < 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), colour("white"));
  };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b]
      .map((part) => part / 255)
      .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (
      !texts.currentNode.data.trim() ||
      !seen(node) ||
      node.closest(".sr-only, .emoji, script, option, :disabled, .resting")
    )
      continue;
    if (open && !open.contains(node)) continue;
    const style = getComputedStyle(node);
    const behind = ground(node);
    const front = over(colour(style.color), behind);
    const [one, other] = [light(front), light(behind)].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5))
      found.push(`contrast ${ratio.toFixed(2)} of "${texts.currentNode.data.trim().slice(0, 40)}" in ${name(node)}`);
  }

  for (const node of document.querySelectorAll(
    "button, [role=switch], [role=tab], input[type=checkbox], input[type=radio]",
  )) {
    if (!seen(node) || node.closest(".sr-only")) continue;
    const { width, height } = node.getBoundingClientRect();
    const label = node.labels?.[0]?.getBoundingClientRect();
    if (width && Math.min(Math.max(width, label?.width ?? 0), Math.max(height, label?.height ?? 0)) < 20)
      found.push(`${name(node)} is only ${Math.round(width)} by ${Math.round(height)}`);
  }
  return [...new Set(found)];
};
