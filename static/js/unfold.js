// A folded form that a person opens comes whole into view, with the focus in its first field.

document.addEventListener("toggle", ({ target }) => {
  if (!target.matches?.("details[data-unfold]") || !target.open || target.querySelector("[autofocus]")) return;
  target.querySelector("select, input:not([type=hidden]), textarea")?.focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  target.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}, true);
