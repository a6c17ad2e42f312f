// Painting over the week: the lists stay the form's fields and its keyboard; a pointer sets what it draws over.

const form = document.querySelector("[data-paint]");
const table = form?.querySelector("table");
let painting = false;

function set(cell, wish) {
  const list = cell?.querySelector("select");
  if (!list) return;
  list.value = wish;
  cell.dataset.wish = wish;
}

const brush = () => form.elements.brush.value;
const cellAt = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest("td[data-wish]");

function walk(cell, key) {
  const row = cell.parentElement;
  const rows = [...table.tBodies[0].rows];
  const column = cell.cellIndex + { ArrowLeft: -1, ArrowRight: 1 }[key] || cell.cellIndex;
  const line = rows.indexOf(row) + ({ ArrowUp: -1, ArrowDown: 1 }[key] || 0);
  rows[line]?.cells[column]?.querySelector("select")?.focus();
}

if (table) {
  table.classList.add("paint");
  for (const each of form.querySelectorAll("[data-brushes]")) each.hidden = false;
  table.addEventListener("pointerdown", (event) => {
    const cell = event.target.closest("td[data-wish]");
    if (!cell || event.button) return;
    painting = true;
    set(cell, brush());
    cell.querySelector("select").focus();
    event.preventDefault();
  });
  table.addEventListener("pointermove", (event) => painting && set(cellAt(event), brush()));
  addEventListener("pointerup", () => { painting = false; });
  addEventListener("pointercancel", () => { painting = false; });
  table.addEventListener("change", (event) => set(event.target.closest("td"), event.target.value));
  table.addEventListener("keydown", (event) => {
    const list = event.target.closest("select");
    if (!list || event.ctrlKey || event.altKey || event.metaKey) return;
    const chosen = list.options[Number(event.key) - 1];
    if (chosen) set(list.closest("td"), chosen.value);
    else if (event.key.startsWith("Arrow")) walk(list.closest("td"), event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
