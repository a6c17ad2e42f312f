// How true the page still is: Live, Reconnecting, or the time of its data; and without a connection a banner
// says so and what would change something waits. Reading goes on.

import { tell } from "./toast.js";

const STALE_MS = 20_000;
const DOUBT_MS = 400;
const PROBE_MS = 4000;
const AWAY = new Set([0, 502, 503, 504]);
const ACTS = 'form[method="post"] :is(button:not([type="button"], [commandfor]), input[type="submit"]), [hx-post]:not(form)';

const banner = document.getElementById("offline");
let state = "polling"; // as the server drew it: nothing is live before the stream is open
let asOf = new Date();
let unreachable = false;
let timer;
let doubt;
let again;

// current(): at this moment the page shows what the server has.
export function current() {
  asOf = new Date();
}

// show("live" | "lost"): a stream that was live is first reconnecting, and after a while the page is as of then.
export function show(now) {
  if (now === "live") {
    clearTimeout(timer);
    timer = undefined;
    state = "live";
    unreachable = false;
  } else if (state === "live") {
    state = "reconnecting";
    timer = setTimeout(() => { state = "polling"; draw(); }, STALE_MS);
  }
  draw();
}

const offline = () => !navigator.onLine || unreachable;

// isLive(): the stream is open and tells what changes.
export const isLive = () => state === "live" && navigator.onLine;

function draw() {
  const away = offline();
  const shown = away ? "polling" : state;
  for (const tag of document.querySelectorAll("[data-live-when]")) tag.hidden = tag.dataset.liveWhen !== shown;
  for (const time of document.querySelectorAll("[data-live-time]")) {
    time.textContent = asOf.toLocaleTimeString(document.documentElement.lang || "en", {
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZone: time.dataset.liveTime || undefined,
    });
  }
  if (banner && banner.hidden === away) {
    banner.hidden = !away;
    document.getElementById("live").textContent = away ? banner.textContent.trim() : "";
  }
  for (const act of document.querySelectorAll(away ? ACTS : "[data-waits]")) wait(act, away);
}

function wait(act, away) {
  if (away && act.getAttribute("aria-disabled") !== "true") {
    act.setAttribute("aria-disabled", "true");
    act.dataset.waits = "";
  } else if (!away) {
    act.removeAttribute("aria-disabled");
    delete act.dataset.waits;
  }
}

function refuse(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  tell(banner?.dataset.words ?? "", "watch");
}

document.addEventListener("click", (event) => {
  if (offline() && event.target.closest?.("[data-waits]")) refuse(event);
}, true);
document.addEventListener("submit", (event) => {
  if (offline() && event.target.method === "post") refuse(event);
}, true);

// A request that a page leaves behind when it goes fails too: only who is still here after a moment is told.
function reached(status, live) {
  const away = AWAY.has(status);
  if (!away && live) current();
  if (away === unreachable) return;
  clearTimeout(doubt);
  doubt = setTimeout(() => {
    unreachable = away;
    draw();
    if (away) probe();
  }, away ? DOUBT_MS : 0);
}

async function probe() {
  clearTimeout(again);
  const answer = await fetch(banner?.dataset.probe ?? "/", { cache: "no-store" }).catch(() => ({ status: 0 }));
  reached(answer.status, false);
  if (AWAY.has(answer.status)) again = setTimeout(probe, PROBE_MS * (1 + Math.random()));
}

document.addEventListener("htmx:beforeSend", ({ detail: { xhr, requestConfig } }) => {
  const live = requestConfig.triggeringEvent?.type?.startsWith("sse:") && !requestConfig.elt.hidden;
  let left = false;
  xhr.addEventListener("abort", () => { left = true; });
  xhr.addEventListener("loadend", () => left || reached(xhr.status, live));
});
document.addEventListener("htmx:afterSettle", draw);
window.addEventListener("offline", draw);
window.addEventListener("online", () => { unreachable = false; draw(); probe(); });
