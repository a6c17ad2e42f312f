// The server renders every wait; between two fetches this page only lets the seconds run on.

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function tick() {
  for (const shown of document.querySelectorAll("[data-seconds]")) {
    const seconds = Number(shown.dataset.seconds) + 1;
    shown.dataset.seconds = seconds;
    if (seconds < 3600) shown.textContent = minutes(seconds);
  }
  for (const shown of document.querySelectorAll("[data-left]")) {
    const left = Math.max(0, Number(shown.dataset.left) - 1);
    shown.dataset.left = left;
    shown.textContent = left < 100 ? `${left} s` : minutes(left);
  }
}

// Ears hear how many are past their promise, when that changes and at most once a minute.
const QUIET_MS = 60_000;
let said = "";
let saidAt = -QUIET_MS;

function announce() {
  const words = document.querySelector("[data-past]")?.dataset.past ?? "";
  const now = performance.now();
  if (words === said || now - saidAt < QUIET_MS) return;
  said = words;
  saidAt = now;
  if (words) document.getElementById("live").textContent = words;
}

setInterval(() => {
  tick();
  announce();
}, 1000);
