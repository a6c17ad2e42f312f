// The year of the holiday planner: one tab stop, arrow keys move the day, with Shift they choose days.
// Chosen days go into the form beside the year, which tries them out; Enter and a press tell who is away.

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
function plan(first, last) {
  const form = document.getElementById("leaveform");
  if (!form) return;
  const [from, until] = [first, last].sort();
  form.elements.first.value = from;
  form.elements.last.value = until;
  for (const each of table().querySelectorAll("a[data-day]")) {
    each.classList.toggle("chosen", day(each) >= from && day(each) <= until);
  }
  form.elements.last.dispatchEvent(new Event("change", { bubbles: true }));
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

// The year is drawn again by the try-out and by others' leave: the day that had the focus keeps it.
document.addEventListener("htmx:afterSettle", () => {
  const known = kept && link(kept);
  if (known && known.tabIndex !== 0) choose(known, { focus: false });
});
