// The scorecards' chart: shows what a point says while it is pointed at or focused; J and K step through the points.

const letters = () => document.documentElement.dataset.keys !== "off";
const point = (target) => target.closest?.(".points .pt");

function show(point, on) {
  document.querySelectorAll(".points .tip.shown").forEach((tip) => tip.classList.remove("shown"));
  const other = on ? point : document.activeElement?.closest?.(".points .pt");
  if (other) document.getElementById(other.id.replace("pt-", "tip-"))?.classList.add("shown");
}

for (const [name, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(name, (event) => {
    const found = point(event.target);
    if (found) show(found, on);
  });
}

// On a narrow screen the chart scrolls: begin where the selected point, or the only one, can be seen.
function bringIntoSight() {
  const points = [...document.querySelectorAll(".points .pt")];
  const first = points.find((each) => each.matches(".on")) ?? (points.length === 1 ? points[0] : null);
  const pane = first?.closest(".scroll-x");
  if (!pane || pane.scrollWidth <= pane.clientWidth) return;
  const at = first.getBoundingClientRect(), edge = pane.getBoundingClientRect();
  pane.scrollLeft += at.left + at.width / 2 - edge.left - edge.width / 2;
}
bringIntoSight();
document.addEventListener("htmx:afterSettle", bringIntoSight);

document.addEventListener("keydown", (event) => {
  if (!letters() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
  const step = { j: 1, k: -1 }[event.key.toLowerCase()];
  const points = [...document.querySelectorAll(".points .pt")];
  if (event.key === " " && point(event.target)) {
    event.preventDefault();
    point(event.target).dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  }
  if (!step || !points.length) return;
  const across = points.sort((a, b) => Number(a.dataset.at) - Number(b.dataset.at));
  const now = across.indexOf(document.activeElement);
  const next = now < 0 ? (step > 0 ? 0 : across.length - 1) : (now + step + across.length) % across.length;
  across[next].focus();
});
