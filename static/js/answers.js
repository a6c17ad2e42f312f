// The answer to what a person asked for always arrives: though its button left the page meanwhile (an answer to
// another press took it along), its parts find their places. Afterwards the focus stands where the person was.

import { pageChanged } from "./fragments.js";

const OVER = "dialog, #toasts";
const FOCUSABLE = "a[href], button, summary, input, select, textarea, [tabindex]";

const KEPT = "places"; // where the focus was on a page that an answer opens anew

const acts = new Set(); // under way

let places = []; // the ids around what last had the focus under dialogs and toasts, the nearest first

document.addEventListener("focusin", ({ target }) => {
  if (target.closest(OVER) || target === document.body) return;
  places = [];
  for (let each = target; each && each !== document.body; each = each.parentElement) if (each.id) places.push(each.id);
});

// htmx looks for the places of an answer's parts in the tree of what asked: for as long as it swaps, what asked
// is in the page, out of sight.
function park(asker) {
  const lot = document.createElement("div");
  lot.hidden = true;
  document.body.append(lot);
  lot.append(asker);
  return lot;
}

document.addEventListener("htmx:beforeSend", ({ detail: { xhr, requestConfig } }) => {
  const { elt: asker, triggeringEvent, verb } = requestConfig;
  if (triggeringEvent?.type?.startsWith("sse:")) return;
  const act = { crossed: false };
  if (verb !== "get") acts.add(act);
  let lot;
  xhr.addEventListener("readystatechange", () => {
    if (xhr.readyState === XMLHttpRequest.DONE && !asker.isConnected) lot = park(asker);
  });
  xhr.addEventListener("loadend", () => {
    lot?.remove();
    if (xhr.getResponseHeader("HX-Redirect")) sessionStorage.setItem(KEPT, JSON.stringify({ at: xhr.getResponseHeader("HX-Redirect"), places }));
    if (!acts.delete(act)) return;
    setTimeout(home);
    // What was drawn before a later act was answered is old where it comes after that answer.
    for (const other of acts) other.crossed = true;
    if (act.crossed) pageChanged();
  });
});

// A button that is gone leaves the focus to what stood around it: the next Enter must not press a neighbour.
function home() {
  const active = document.activeElement;
  if (active && active !== document.body && active.getClientRects().length) return;
  const place = places.map((id) => document.getElementById(id)).find((each) => each?.getClientRects().length);
  if (!place) return;
  if (!place.matches(FOCUSABLE)) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
sessionStorage.removeItem(KEPT);
if (kept && kept.at === location.pathname + location.search) {
  places = kept.places;
  home();
}
