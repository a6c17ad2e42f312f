// Fragments that follow the stream: each is fetched at once when something changed and soon after when more
// changed meanwhile. Nobody sees a change later than a second after it was told, and a long stream of changes
// costs about one fetch a second. What a person types, presses or waits for is never swapped away.

import { isLive } from "./connection.js";
import { hold, keepPlace } from "./place.js";

const JITTER_MS = 120; // spreads the fetches of many browsers that hear the same event
const SHORTEST_MS = 600; // between two fetches of one fragment
const PACE_MS = 900; // the same in the long run
const SPARE = 4; // fetches that a quiet time saves up
const SETTLE_MS = 30; // htmx hears nothing on what it swapped for 20 ms
const LOOK_AGAIN_MS = 200;
const RETRY_MS = 5000;
const STUCK_MS = 20_000; // a fetch that is longer under way no longer holds others back

const fragments = new Map();
const flights = new Set();
const read = new Map();

const listensTo = (element) => {
  const text = element.getAttribute("hx-trigger");
  if (!read.has(text)) read.set(text, [...text.matchAll(/sse:([\w-]+)/g)].map((found) => found[1]));
  return read.get(text);
};

class Fragment {
  constructor(element) {
    this.element = element;
    this.id = element.id;
    const seconds = Number(element.dataset.livePace);
    this.pace = seconds ? seconds * 1000 : PACE_MS;
    this.shortest = seconds ? this.pace : SHORTEST_MS;
    this.last = -Infinity;
    this.paid = 0; // the instant until which the fetches so far have used up the pace
  }

  // An element that was swapped is found again by its id.
  get current() {
    const found = this.id ? document.getElementById(this.id) : this.element;
    return found?.isConnected ? found : null;
  }

  want(name, after = Math.random() * JITTER_MS) {
    this.name = name;
    if (this.timer) return;
    const now = performance.now();
    const next = Math.max(this.last + this.shortest, this.paid - (SPARE - 1) * this.pace);
    this.timer = setTimeout(() => this.#ask(), Math.max(after, next - now));
  }

  #ask() {
    this.timer = undefined;
    const element = this.current;
    if (!element) return;
    this.late = unseen(element);
    if (this.late) return;
    this.held = this.#covered(element) || hold(regionOf(element), people());
    // An element that was just swapped listens only when htmx has settled it.
    if (!this.held) window.htmx.trigger(element, `sse:${this.name}`);
    const asked = !this.held && [...flights].some(({ asker }) => asker === element);
    if (!asked) this.timer = setTimeout(() => this.#ask(), LOOK_AGAIN_MS);
  }

  asked() {
    this.last = performance.now();
    this.paid = Math.max(this.paid, this.last) + this.pace;
  }

  // What is under way may have been drawn before the change, and is about to replace the element.
  #covered(element) {
    const now = performance.now();
    return [...flights].some(({ asker, target, since }) => now - since < STUCK_MS && (asker === element || target.contains(element)));
  }

  hurry() {
    if (!this.held || !this.timer) return;
    this.held = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.want(this.name, 0);
  }
}

// Of two lists that show the same, one for the desk and one for the phone, only the one in sight is fetched; the
// other is when it comes into sight.
const LISTS = "[data-live-shown]";
const unseen = (element) => element.matches(LISTS) && !element.getClientRects().length;

window.addEventListener("resize", () => {
  for (const each of fragments.values()) {
    if (each.late && each.current && !unseen(each.current)) {
      each.late = false;
      each.want(each.name, 0);
    }
  }
});

// What a person does is answered with the list in sight; so the other one is as it was before.
document.addEventListener("htmx:configRequest", ({ detail: { headers, verb } }) => {
  if (verb === "get") return;
  for (const element of document.querySelectorAll(LISTS)) {
    if (!unseen(element)) {
      headers["X-Shown"] = element.id;
      continue;
    }
    const fragment = fragmentOf(element);
    fragment.name = listensTo(element)[0];
    fragment.late = true;
  }
});

function regionOf(element) {
  const wanted = element.getAttribute("hx-target");
  return wanted?.startsWith("#") ? document.querySelector(wanted) : element;
}

const people = () => [...flights].filter((flight) => !flight.fragment);

function fragmentOf(element) {
  const key = element.id || element;
  if (!fragments.has(key)) fragments.set(key, new Fragment(element));
  return fragments.get(key);
}

// changed("panel"): whatever on this page listens to it is fetched again.
export function changed(name) {
  for (const element of document.querySelectorAll('[hx-trigger*="sse:"]')) {
    if (listensTo(element).includes(name)) fragmentOf(element).want(name);
  }
}

// A page of many rows listens to "refetch" with one fragment that holds them all; its rows, whose names carry a
// suffix, then need not be fetched one by one.
export function wholeChanged(names) {
  const all = new Set(names);
  for (const name of all) if (!all.has("refetch") || !name.includes("--")) changed(name);
}

// Everything that this page follows is fetched again.
export const pageChanged = () => wholeChanged([...document.querySelectorAll('[hx-trigger*="sse:"]')].flatMap(listensTo));

document.addEventListener("htmx:beforeSend", ({ detail: { xhr, target, requestConfig } }) => {
  const { elt: asker, triggeringEvent } = requestConfig;
  const live = triggeringEvent?.type?.startsWith("sse:");
  const flight = { xhr, asker, target, since: performance.now(), fragment: live ? fragmentOf(asker) : null };
  flight.silent = asker.getAttribute("hx-swap") === "none";
  flights.add(flight);
  flight.fragment?.asked();
  xhr.addEventListener("loadend", () => landed(flight));
});

// A live answer that would take something out of a person's hands is dropped; the fragment is asked for again.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  const flight = [...flights].find((each) => each.xhr === xhr);
  if (!flight?.fragment || !event.detail.shouldSwap) return;
  if (hold(target, people())) {
    event.detail.shouldSwap = false;
    return;
  }
  flight.swapped = true;
  if (!flight.silent) keepPlace(target, xhr);
});

function landed(flight) {
  flights.delete(flight);
  const { fragment, xhr, silent, swapped } = flight;
  const answered = xhr.status >= 200 && xhr.status < 300;
  if (fragment && answered && !silent && !swapped && xhr.status !== 204) fragment.want(fragment.name);
  // Without a stream the next poll asks anyway.
  if (fragment && isLive() && (xhr.status === 0 || xhr.status >= 500)) fragment.want(fragment.name, RETRY_MS * (1 + Math.random()));
  setTimeout(() => { for (const each of fragments.values()) each.hurry(); }, SETTLE_MS);
}
