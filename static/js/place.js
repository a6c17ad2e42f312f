// What a live swap must leave alone: the field somebody types in, the button somebody presses, the answer
// somebody waits for; and what it puts back: the focus, and what was unfolded.

const FIELD = "input:not([type=button], [type=submit], [type=hidden]), textarea, select, [contenteditable]";
const REACHED = "a[href], button, summary, input, select, textarea, [tabindex]";
const PRESSED_MS = 60; // a click comes after its pointerup

let pressed = null;
document.addEventListener("pointerdown", (event) => { pressed = event.target; }, true);
for (const name of ["pointerup", "pointercancel", "dragend"]) {
  document.addEventListener(name, () => setTimeout(() => { pressed = null; }, PRESSED_MS), true);
}

// hold(region, flights): true while the region must stay as it is. flights: what people asked for themselves.
export function hold(region, flights) {
  if (!region) return false;
  const active = document.activeElement;
  if (active?.matches(FIELD) && region.contains(active)) return true;
  if (pressed && region.contains(pressed)) return true;
  if (region.querySelector("dialog[open], :popover-open")) return true;
  return flights.some(({ asker, target }) => region.contains(asker) || region.contains(target) || target.contains(region) && target !== document.body);
}

// The same link or button in the fresh fragment: where it leads is what it is.
const leads = (element) => element.href ?? element.closest("form")?.action ?? element.textContent.trim();
const known = (element) => `${element.tagName} ${leads(element)} ${element.value ?? ""}`;

// keepPlace(region, xhr): before the swap remembers the focus and what is unfolded; after it puts both back.
export function keepPlace(region, xhr) {
  const active = document.activeElement;
  const inside = region.contains(active) && active !== region;
  const before = inside && !active.id ? { key: known(active), place: places(region).filter((each) => known(each) === known(active)).indexOf(active) } : null;
  const around = inside ? homes(active, region) : [];
  const unfolded = [...region.querySelectorAll("details")].map((each) => each.open);
  const id = region.id;
  xhr.addEventListener("loadend", () => {
    const fresh = id ? document.getElementById(id) : region;
    if (!fresh) return;
    [...fresh.querySelectorAll("details")].forEach((each, at) => { if (unfolded[at]) each.open = true; });
    if (inside && !active.isConnected && (before || !document.getElementById(active.id))) refocus(fresh, before, around);
  });
}

const places = (region) => [...region.querySelectorAll(REACHED)];

// The ids around an element that can take the focus themselves, the nearest first: the cell of a shift.
function homes(element, region) {
  const found = [];
  for (let each = element.parentElement; each && region.contains(each); each = each.parentElement) {
    if (each.id && each.hasAttribute("tabindex")) found.push(each.id);
  }
  return found;
}

// Where it is gone what stood around it takes the focus: the next Enter must not press a neighbour.
function refocus(fresh, before, around) {
  const same = before ? places(fresh).filter((each) => known(each) === before.key) : [];
  const home = around.map((id) => document.getElementById(id)).find(Boolean);
  const found = same[before?.place] ?? same[0] ?? home ?? fresh;
  if (found === fresh && !fresh.hasAttribute("tabindex")) fresh.tabIndex = -1;
  found.focus({ preventScroll: true });
}
