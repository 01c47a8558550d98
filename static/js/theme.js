/* Sets light or dark before the first paint. A classic script, because a module runs too late. */
"use strict";
(() => {
  const kept = () => {
    try {
      return localStorage.getItem("chartwave-theme");
    } catch {
      return null;
    }
  };
  const theme = kept();
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
