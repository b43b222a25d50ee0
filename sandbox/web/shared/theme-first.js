/* Sets light or dark before anything is painted, so that no page flashes. A classic script: modules come too late. */
"use strict";
{
  const machine = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    document.documentElement.dataset.theme =
      localStorage.getItem("kontor-theme") ?? (machine.matches ? "dark" : "light");
  };
  machine.addEventListener("change", show);
  show();
}
