// The week's grid: one tab stop, arrow keys inside, Enter opens. Rows and heads are swapped by
// live changes; the cell that had the focus keeps it, because htmx finds it again by its id.

import { tell } from "./toast.js";

const table = () => document.querySelector("[data-roster]");
const cells = (row) => [...row.querySelectorAll("td")];
const rows = () => [...(table()?.tBodies[0].rows ?? [])];
let kept = "";

// A cell may span several days: its column is where it begins, and arrows up and down look for
// the cell that covers the same day.
function column(cell) {
  let at = 0;
  for (const each of cells(cell.parentElement)) {
    if (each === cell) return at;
    at += each.colSpan;
  }
  return at;
}

function covering(row, wanted) {
  let at = 0;
  for (const each of cells(row)) {
    at += each.colSpan;
    if (at > wanted) return each;
  }
  return cells(row).at(-1);
}

function choose(cell, { focus = true } = {}) {
  if (!cell) return;
  for (const each of table().querySelectorAll('td[tabindex="0"]')) each.tabIndex = -1;
  cell.tabIndex = 0;
  kept = cell.id;
  if (focus) {
    cell.focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  offerOf(cell);
}

// The open shift of the day under the cursor becomes the one that C claims; without one C claims nothing.
function offerOf(cell) {
  if (!document.activeElement?.closest?.("[data-roster]")) return;
  const day = cell.id.split("--")[2];
  const panel = document.getElementById("panel");
  const card = [...(panel?.querySelectorAll(".open[data-day]") ?? [])].find((each) => each.dataset.day === day && each.querySelector("form button"));
  const before = panel?.querySelector(".open[aria-current]");
  if (card && card === before) return;
  before?.removeAttribute("aria-current");
  const key = panel.querySelector('[data-key="c"]');
  if (key) {
    delete key.dataset.key;
    key.classList.remove("primary");
    key.querySelector(".keys")?.remove();
  }
  if (!card) return;
  card.setAttribute("aria-current", "true");
  const button = card.querySelector("form button");
  button.dataset.key = "c";
  button.classList.add("primary");
  card.scrollIntoView({ block: "nearest" });
}

function settle() {
  if (!table()) return;
  const known = kept && document.getElementById(kept);
  if (table().querySelectorAll('td[tabindex="0"]').length === 1 && (!kept || known?.tabIndex === 0)) return;
  choose(known || table().querySelector("tr.mine td") || table().querySelector("tbody td"), { focus: false });
}

function target(event, cell) {
  const row = cell.parentElement;
  const all = rows();
  const place = all.indexOf(row);
  const inRow = cells(row);
  const at = inRow.indexOf(cell);
  switch (event.key) {
    case "ArrowRight": return inRow[at + 1];
    case "ArrowLeft": return inRow[at - 1];
    case "ArrowDown": return all[place + 1] && covering(all[place + 1], column(cell));
    case "ArrowUp": return all[place - 1] && covering(all[place - 1], column(cell));
    case "Home": return event.ctrlKey ? covering(all.find((each) => each.matches(".mine")) ?? all[0], column(cell)) : inRow[0];
    case "End": return event.ctrlKey ? covering(all.at(-1), column(cell)) : inRow.at(-1);
    default: return null;
  }
}

// From the page itself the first arrow, or Ctrl Home, leads into the grid.
const ENTERS = ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"];

function enter(event) {
  const away = event.target === document.body || event.target.matches?.("#main, #panel, #grid");
  const wanted = event.ctrlKey ? event.key === "Home" : ENTERS.includes(event.key);
  if (!away || !wanted || event.shiftKey || !table()?.getClientRects().length) return;
  event.preventDefault();
  const own = event.ctrlKey && covering(table().querySelector("tr.mine") ?? rows()[0], 0);
  choose(own || table().querySelector('td[tabindex="0"]'));
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.metaKey) return;
  const cell = event.target.closest?.("[data-roster] td");
  if (!cell) {
    enter(event);
    return;
  }
  if (event.key === "Enter" && event.target === cell) {
    const inside = cell.querySelector("a, button");
    if (inside) {
      event.preventDefault();
      inside.click();
    }
    return;
  }
  const own = event.key === "s" && !event.ctrlKey && document.documentElement.dataset.keys !== "off" && cell.closest("tr.mine") && cell.querySelector("a.shift");
  if (own) {
    event.preventDefault();
    window.location.assign(new URL("swap/", new URL(own.pathname, own.href)));
    return;
  }
  if (event.key === "c" && !event.ctrlKey && document.documentElement.dataset.keys !== "off" && !document.querySelector('#panel [data-key="c"]')) {
    event.preventDefault();
    tell(table().dataset.noOpen);
    return;
  }
  const next = target(event, cell);
  if (next === null) return;
  event.preventDefault();
  choose(next);
});

// A shift in the grid opens as a dialog over the week; with a modifier it opens as a page.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-dialog]");
  if (!link || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  window.htmx.ajax("GET", link.href, { source: link, target: "#dialogs", swap: "innerHTML" });
});

// "Show what changed" marks each place: "12@3" is the row of member 12 on Thursday, "@3" that day's head. Where
// the grid is not drawn it is a link to the day.
function placed(mark) {
  const [member, day] = mark.split("@");
  const row = member && document.getElementById(`row--${member}`);
  return row ? covering(row, Number(day)) : table().tHead.rows[0].cells[Number(day) + 1];
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-marks]");
  if (!link || !table()?.getClientRects().length || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  for (const each of table().querySelectorAll(".changed")) each.classList.remove("changed");
  const places = link.dataset.marks.split(" ").map(placed);
  for (const each of places) each?.classList.add("changed");
  const cell = places.find((each) => each?.matches("td"));
  if (cell) choose(cell);
  else places[0]?.scrollIntoView({ block: "nearest", inline: "nearest" });
});

document.addEventListener("focusin", (event) => {
  const cell = event.target.closest?.("[data-roster] td");
  if (cell && cell.tabIndex !== 0) choose(cell, { focus: false });
});

document.addEventListener("htmx:afterSettle", settle);
settle();
