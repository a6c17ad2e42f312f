// Live pages: holds a page's stream while the tab is visible, merges what arrives, and polls when
// streams can't be reached. Stands between htmx's extension and the browser's EventSource.

const MERGE_MS = 1000; // a fragment is fetched at most once in this time
const JITTER_MS = 150; // spreads the fetches of many browsers that hear the same event
const POLL_MS = 10_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const FAILURES_BEFORE_POLL = 2;

const STUCK_MS = 20_000; // a fetch that is longer under way no longer holds others back

const sources = new Set();
let lastFetched = new Date();

// Fragments that are being fetched: element to the names it listens to. An event in that time must wait: what
// is under way may have been drawn before it, and its element is about to be replaced.
const underWay = new Map();

const listensTo = (element) => [...(element.getAttribute("hx-trigger") ?? "").matchAll(/sse:([\w-]+)/g)].map((found) => found[1]);

function isUnderWay(name) {
  for (const { names, since } of underWay.values()) {
    if (performance.now() - since > STUCK_MS) continue;
    if (names.includes(name) || (name.includes("--") && names.includes("refetch"))) return true;
  }
  return false;
}

const jitter = (span) => Math.random() * span;

class LiveSource extends EventTarget {
  constructor(address) {
    super();
    this.address = address;
    this.names = new Set();
    this.waiting = new Set();
    this.nextAt = new Map();
    this.failures = 0;
    this.state = "reconnecting";
    this.onVisibility = () => (document.hidden ? this.#disconnect() : this.#connect());
    document.addEventListener("visibilitychange", this.onVisibility);
    window.addEventListener("pagehide", this.onVisibility);
    window.addEventListener("pageshow", this.onVisibility);
    sources.add(this);
    // The extension adds its listeners right after this call.
    setTimeout(this.onVisibility);
  }

  // The extension opens a new source when it sees a closed one; reconnecting is our own business.
  get readyState() {
    return this.state === "live" ? EventSource.OPEN : EventSource.CONNECTING;
  }

  addEventListener(name, listener, options) {
    super.addEventListener(name, listener, options);
    if (this.names.has(name)) return;
    this.names.add(name);
    if (name !== "refetch") this.source?.addEventListener(name, (event) => this.#hear(name, event.data));
  }

  close() {
    document.removeEventListener("visibilitychange", this.onVisibility);
    window.removeEventListener("pagehide", this.onVisibility);
    window.removeEventListener("pageshow", this.onVisibility);
    this.#disconnect();
    sources.delete(this);
    show();
  }

  #connect() {
    if (this.source) return;
    clearTimeout(this.retry);
    const source = new EventSource(this.address, { withCredentials: true });
    this.source = source;
    for (const name of this.names) {
      if (name !== "refetch") source.addEventListener(name, (event) => this.#hear(name, event.data));
    }
    source.addEventListener("refetch", () => this.#refetch());
    source.onopen = (event) => {
      this.failures = 0;
      this.#become("live");
      this.onopen?.(event);
    };
    source.onerror = () => this.#lost();
  }

  #disconnect() {
    clearTimeout(this.retry);
    clearInterval(this.poll);
    this.poll = undefined;
    this.source?.close();
    this.source = undefined;
  }

  #lost() {
    this.source?.close();
    this.source = undefined;
    this.failures += 1;
    this.#become(this.failures < FAILURES_BEFORE_POLL ? "reconnecting" : "polling");
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (this.failures - 1), LONGEST_WAIT_MS);
    this.retry = setTimeout(() => this.#connect(), wait + jitter(wait));
  }

  #become(state) {
    this.state = state;
    if (state === "polling") {
      this.poll ??= setInterval(() => this.#refetch(), POLL_MS);
    } else {
      clearInterval(this.poll);
      this.poll = undefined;
    }
    show();
  }

  // A page of many rows listens to "refetch" with one fragment that holds them all; its rows, whose
  // names carry a suffix, then need not fetch one by one.
  #refetch() {
    const whole = this.names.has("refetch");
    for (const name of this.names) if (!whole || !name.includes("--")) this.#hear(name, "{}");
  }

  #hear(name, data) {
    if (this.waiting.has(name)) return;
    this.waiting.add(name);
    const wait = Math.max(0, (this.nextAt.get(name) ?? 0) - performance.now());
    setTimeout(() => this.#tell(name, data), wait + jitter(JITTER_MS));
  }

  #tell(name, data) {
    if (isUnderWay(name)) {
      setTimeout(() => this.#tell(name, data), 2 * JITTER_MS);
      return;
    }
    this.waiting.delete(name);
    this.nextAt.set(name, performance.now() + MERGE_MS);
    this.dispatchEvent(new MessageEvent(name, { data }));
  }
}

// The tag in the page bar: Live, Reconnecting, or the time of the last figures.
function show() {
  const states = [...sources].map((source) => source.state);
  if (!states.length) return;
  const state = ["polling", "reconnecting"].find((one) => states.includes(one)) ?? "live";
  for (const tag of document.querySelectorAll("[data-live-when]")) tag.hidden = tag.dataset.liveWhen !== state;
  for (const time of document.querySelectorAll("[data-live-time]")) {
    time.textContent = lastFetched.toLocaleTimeString(document.documentElement.lang || "en", {
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZone: time.dataset.liveTime,
    });
  }
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const names = listensTo(event.detail.elt);
  if (names.length) underWay.set(event.detail.elt, { names, since: performance.now() });
});
document.addEventListener("htmx:afterRequest", (event) => {
  underWay.delete(event.detail.elt);
  if (!event.detail.successful) return;
  lastFetched = new Date();
  show();
});
document.addEventListener("htmx:afterSettle", show);

if (window.htmx) window.htmx.createEventSource = (address) => new LiveSource(address);
