// The year of the holiday planner: one tab stop, arrow keys move the day, with Shift they choose days, and so does
// drawing over days with the mouse. Chosen days go into the form beside the year, which tries them out; Enter and
// a press tell who is away. Where the year is wider than its pane it begins at today and tells that there is more.

const table = () => document.querySelector("[data-year]");
const link = (day) => document.getElementById(`day--${day}`);
const day = (element) => element.id.slice("day--".length);
let kept = "";
let anchor = "";

function moved(from, days) {
  const date = new Date(`${from}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

function month(from, by) {
  const [year, number, on] = from.split("-").map(Number);
  const last = new Date(Date.UTC(year, number - 1 + by + 1, 0));
  if (number - 1 + by < 0 || number - 1 + by > 11) return "";
  last.setUTCDate(Math.min(on, last.getUTCDate()));
  return last.toISOString().slice(0, 10);
}

function choose(element, { focus = true } = {}) {
  for (const each of table().querySelectorAll('a[tabindex="0"]')) each.tabIndex = -1;
  element.tabIndex = 0;
  kept = day(element);
  if (focus) {
    element.focus();
    element.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

// Draws the chosen days at once; the try-out draws them again as it judges them.
function draw(first, last) {
  const form = document.getElementById("leaveform");
  if (!form) return null;
  const [from, until] = [first, last].sort();
  form.elements.first.value = from;
  form.elements.last.value = until;
  for (const each of table().querySelectorAll("a[data-day]")) {
    each.classList.toggle("chosen", from !== "" && day(each) >= from && day(each) <= until);
  }
  return form;
}

function plan(first, last) {
  draw(first, last)?.elements.last.dispatchEvent(new Event("change", { bubbles: true }));
}

function target(event, from) {
  switch (event.key) {
    case "ArrowRight": return moved(from, 1);
    case "ArrowLeft": return moved(from, -1);
    case "ArrowDown": return month(from, 1);
    case "ArrowUp": return month(from, -1);
    case "Home": return `${from.slice(0, 8)}01`;
    case "End": return month(`${from.slice(0, 8)}31`, 0);
    default: return null;
  }
}

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("[data-year] a[data-day]");
  if (!cell || event.altKey || event.metaKey || event.ctrlKey) return;
  const wanted = target(event, day(cell));
  if (wanted === null) return;
  event.preventDefault();
  const next = link(wanted);
  if (!next) return;
  if (event.shiftKey) {
    anchor ||= day(cell);
    choose(next);
    plan(anchor, wanted);
  } else {
    anchor = "";
    choose(next);
  }
});

document.addEventListener("click", (event) => {
  const cell = event.target.closest?.("[data-year] a[data-day]");
  if (cell && !event.ctrlKey && !event.metaKey && !event.button) {
    if (event.shiftKey && kept) {
      event.preventDefault();
      plan(kept, day(cell));
      return;
    }
    choose(cell, { focus: false });
    if (!window.htmx) return;
    event.preventDefault();
    window.htmx.ajax("GET", cell.href, { source: cell, target: "#dialogs", swap: "innerHTML" });
    return;
  }
  if (event.target.closest?.("a[data-plan]")) {
    const first = document.getElementById("leaveform")?.elements.first;
    if (!first) return;
    event.preventDefault();
    if (kept && !first.value) plan(kept, kept);
    first.scrollIntoView({ block: "center" });
    first.focus();
  }
});

// Drawing over days with the mouse: the form follows, letting go tries the days out, Escape leaves all as it was.
// A finger scrolls instead, and a press on one day still tells who is away.
let stroke = null;
let drawn = false;

document.addEventListener("pointerdown", (event) => {
  drawn = false;
  const cell = event.target.closest?.("[data-year] a[data-day]");
  const form = document.getElementById("leaveform");
  if (!cell || !form || event.button || event.shiftKey || event.ctrlKey || event.metaKey) return;
  if (event.pointerType === "touch") return;
  stroke = { from: day(cell), until: day(cell), before: [form.elements.first.value, form.elements.last.value] };
});

document.addEventListener("pointermove", (event) => {
  if (!stroke || !(event.buttons & 1)) return;
  // Between two days lies a hair of nothing: the day that was passed last stays chosen.
  const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-year] td")?.firstElementChild;
  if (!cell || day(cell) === stroke.until) return;
  drawn = true;
  stroke.until = day(cell);
  draw(stroke.from, stroke.until);
});

document.addEventListener("pointerup", () => {
  const done = stroke;
  stroke = null;
  if (!done || !drawn) return;
  const last = link(done.until);
  if (last) choose(last);
  plan(done.from, done.until);
});

function leaveOff() {
  const done = stroke;
  stroke = null;
  if (done && drawn) draw(...done.before);
}
document.addEventListener("pointercancel", leaveOff);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") leaveOff();
});

// A day is a link, which the browser would drag away.
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.("[data-year]")) event.preventDefault();
});

// The press that ends a stroke where it began is none on that day.
document.addEventListener("click", (event) => {
  if (!drawn || !event.target.closest?.("[data-year]")) return;
  drawn = false;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

// On a narrow screen the year is wider than its pane.
const pane = () => table()?.closest(".scroll-x");

function tellMore() {
  const found = pane();
  if (!found) return;
  const left = found.scrollWidth - found.clientWidth - found.scrollLeft;
  found.dataset.more = [found.scrollLeft > 1 ? "start" : "", left > 1 ? "end" : ""].join(" ").trim();
}

function beginAtToday() {
  const found = pane(), cell = table()?.querySelector('[aria-current="date"]');
  if (!found || !cell || found.scrollWidth <= found.clientWidth) return;
  const name = table().querySelector("tbody th").getBoundingClientRect().width;
  const at = cell.getBoundingClientRect(), edge = found.getBoundingClientRect();
  found.scrollLeft += at.left + at.width / 2 - (edge.left + name + (edge.width - name) / 2);
}

beginAtToday();
tellMore();
document.addEventListener("scroll", (event) => { if (event.target === pane()) tellMore(); }, { capture: true });
window.addEventListener("resize", tellMore);

// The pane is drawn anew with the year: it stays where it was scrolled to.
let scrolled = 0;
document.addEventListener("htmx:beforeSwap", () => { scrolled = pane()?.scrollLeft ?? 0; });
document.addEventListener("htmx:oobBeforeSwap", () => { scrolled = pane()?.scrollLeft ?? 0; });

// The year is drawn again by the try-out and by others' leave: the day that had the focus keeps it.
document.addEventListener("htmx:afterSettle", () => {
  const found = pane();
  if (found && found.dataset.more === undefined) {
    found.scrollLeft = scrolled;
    tellMore();
  }
  const known = kept && link(kept);
  if (known && known.tabIndex !== 0) choose(known, { focus: false });
});
