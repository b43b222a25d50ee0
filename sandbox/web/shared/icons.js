/** The line drawings on buttons. All are 20 by 20 and take the colour of the text around them. */

import { svg } from "./dom.js";

const PATHS = {
  at: "M10 13.2a3.2 3.2 0 1 1 3.2-3.2v1a1.9 1.9 0 0 0 3.8 0v-1a7 7 0 1 0-2.6 5.4",
  back: "M12.5 4.5 7 10l5.5 5.5",
  bolt: "M11 2.5 4.5 11.5H10l-1 6 6.5-9H10z",
  caret: "M5.5 8 10 12.5 14.5 8",
  check: "m4.5 10.5 3.5 3.5 7.5-8",
  clip: "m15.5 9-5.7 5.7a3.2 3.2 0 0 1-4.5-4.5l6.4-6.4a2.1 2.1 0 0 1 3 3l-6.3 6.3a1 1 0 0 1-1.5-1.4L12.3 6.5",
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm0 3.5V10l2.5 2",
  cross: "m5 5 10 10M15 5 5 15",
  dots: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  eye: "M2.5 10S5.2 5 10 5s7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5Zm7.5-2.2a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4Z",
  file: "M5.5 2.5h6l3.5 3.5v11.5h-9.5zM11.5 2.5V6H15",
  hash: "M7.8 3 6.3 17M13.7 3l-1.5 14M3.5 7.2h13.3M3.2 12.8h13.3",
  home: "M3.5 9 10 3.5 16.5 9v7.5h-4.3v-4.2H7.8v4.2H3.5z",
  lock: "M5.5 9h9v7.5h-9zM7 9V6.8a3 3 0 0 1 6 0V9",
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  moon: "M16 11.8A6.5 6.5 0 1 1 8.2 4a5.2 5.2 0 0 0 7.8 7.8Z",
  people:
    "M7.5 9.5a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4Zm-5 7c0-3 2-4.7 5-4.7s5 1.7 5 4.7M13 4.5a2.5 2.5 0 0 1 0 4.8m1.4 2.9c2 .5 3.1 2 3.1 4.3",
  pin: "M10 17.5s5.5-4.7 5.5-9a5.5 5.5 0 0 0-11 0c0 4.3 5.5 9 5.5 9Zm0-7a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  plus: "M10 4v12M4 10h12",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Zm4 9.5 4 4",
  send: "M3.5 3.5 17 10 3.5 16.5 5 10.7 11 10 5 9.3z",
  smile: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM7.5 8v.5m5-.5v.5M6.8 11.6c.8 1.3 1.9 2 3.2 2s2.4-.7 3.2-2",
  sun: "M10 6.7a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6ZM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1",
  switch: "M4 7h11.5L12.7 4M16 13H4.5l2.8 3",
  thread: "M3.5 4.5h13v9H9l-3.5 3v-3h-2zM6.5 8h7M6.5 10.8h4.5",
  warning: "M10 3.5 17.5 16.5h-15zM10 8.2v3.6m0 2.2v.1",
};

/** @param {keyof typeof PATHS} name */
export function icon(name, size = 20) {
  return svg(
    "svg",
    {
      viewBox: "0 0 20 20",
      width: size,
      height: size,
      class: `icon icon-${name}`,
      "aria-hidden": "true",
      focusable: "false",
    },
    svg("path", { d: PATHS[name] }),
  );
}
