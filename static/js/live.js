// Live pages: holds a page's stream while the tab is visible, tells the fragments what changed, and polls when
// streams can't be reached. Stands between htmx's extension and the browser's EventSource.

import { changed, wholeChanged } from "./fragments.js";
import { current, show } from "./connection.js";

const POLL_MS = 10_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const FAILURES_BEFORE_POLL = 2;
const SILENCE_MS = 40_000; // the service says something every 15 s; a stream that is silent for longer is dead
const LOOK_MS = 5000;

const jitter = (span) => Math.random() * span;

class LiveSource {
  constructor(address) {
    this.address = address;
    this.names = new Set();
    this.failures = 0;
    this.onVisibility = () => (document.hidden ? this.#disconnect() : this.#connect());
    this.onOffline = () => this.source && this.#lost();
    this.onOnline = () => { this.failures = 0; this.onVisibility(); };
    document.addEventListener("visibilitychange", this.onVisibility);
    window.addEventListener("pagehide", this.onVisibility);
    window.addEventListener("pageshow", this.onVisibility);
    window.addEventListener("offline", this.onOffline);
    window.addEventListener("online", this.onOnline);
    // The extension says right after this call what it listens to.
    setTimeout(this.onVisibility);
  }

  // The extension opens a new source when it sees a closed one; reconnecting is our own business.
  get readyState() {
    return this.open ? EventSource.OPEN : EventSource.CONNECTING;
  }

  // The extension's own listeners are not kept: fragments.js asks for what changed, at its own pace.
  addEventListener(name) {
    if (this.names.has(name)) return;
    this.names.add(name);
    if (this.source) this.#listen(this.source, name);
  }

  removeEventListener() {}

  close() {
    document.removeEventListener("visibilitychange", this.onVisibility);
    window.removeEventListener("pagehide", this.onVisibility);
    window.removeEventListener("pageshow", this.onVisibility);
    window.removeEventListener("offline", this.onOffline);
    window.removeEventListener("online", this.onOnline);
    this.#disconnect();
  }

  #connect() {
    if (this.source || !navigator.onLine) return;
    clearTimeout(this.retry);
    const source = new EventSource(this.address, { withCredentials: true });
    this.source = source;
    for (const name of this.names) this.#listen(source, name);
    source.addEventListener("refetch", () => this.#refetch());
    source.addEventListener("beat", () => this.#hear());
    source.onopen = (event) => {
      this.failures = 0;
      this.open = true;
      this.#hear();
      this.#stopPolling();
      this.watch = setInterval(() => performance.now() - this.heard > SILENCE_MS && this.#lost(), LOOK_MS);
      show("live");
      this.onopen?.(event);
    };
    source.onerror = () => this.#lost();
  }

  #listen(source, name) {
    if (name === "refetch") return;
    source.addEventListener(name, () => {
      this.#hear();
      changed(name);
    });
  }

  #hear() {
    this.heard = performance.now();
    current();
  }

  #disconnect() {
    clearTimeout(this.retry);
    clearInterval(this.watch);
    this.#stopPolling();
    if (this.open) current();
    this.open = false;
    this.source?.close();
    this.source = undefined;
  }

  #lost() {
    const silent = this.open && performance.now() - this.heard > SILENCE_MS;
    if (this.open && !silent) current();
    clearInterval(this.watch);
    this.open = false;
    this.source?.close();
    this.source = undefined;
    this.failures += 1;
    if (this.failures >= FAILURES_BEFORE_POLL) this.#startPolling();
    show("lost");
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (this.failures - 1), LONGEST_WAIT_MS);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.#connect(), wait + jitter(wait));
  }

  #startPolling() {
    if (this.poll) return;
    setTimeout(() => this.poll && this.#refetch(), jitter(FIRST_WAIT_MS));
    this.poll = setInterval(() => this.#refetch(), POLL_MS);
  }

  #stopPolling() {
    clearInterval(this.poll);
    this.poll = undefined;
  }

  #refetch() {
    wholeChanged(this.names);
  }
}

if (window.htmx) window.htmx.createEventSource = (address) => new LiveSource(address);
