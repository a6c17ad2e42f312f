// The directory: J and K walk the results, a result opens beside the list, or on its own page where
// there is no room beside it.
const results = () => [...document.querySelectorAll(".results a.result")];
const beside = () => {
  const pane = document.getElementById("profile");
  return pane !== null && getComputedStyle(pane).display !== "none";
};

document.addEventListener("keydown", (event) => {
  if (document.documentElement.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const step = { j: 1, k: -1 }[event.key.toLowerCase()];
  const all = results();
  if (!step || all.length === 0) return;
  event.preventDefault();
  const at = all.indexOf(document.activeElement);
  all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))].focus();
});

document.addEventListener("htmx:confirm", (event) => {
  const link = event.target.closest?.("a.result");
  if (!link) return;
  if (!beside()) {
    event.preventDefault();
    window.location.assign(link.href);
    return;
  }
  for (const other of results()) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
});
