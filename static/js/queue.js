// The server renders every wait; between two fetches this page only lets the seconds run on.

const two = (number) => String(number).padStart(2, "0");
const words = (seconds) =>
  seconds < 3600
    ? `${Math.floor(seconds / 60)}:${two(seconds % 60)}`
    : `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))}`;

function tick() {
  for (const shown of document.querySelectorAll("[data-seconds]")) {
    const seconds = Number(shown.dataset.seconds) + 1;
    shown.dataset.seconds = seconds;
    shown.textContent = words(seconds);
  }
  for (const shown of document.querySelectorAll("[data-left]")) {
    const left = Math.max(0, Number(shown.dataset.left) - 1);
    shown.dataset.left = left;
    shown.textContent = left < 100 ? `${left} s` : words(left);
  }
}

// Ears hear how many are past their promise, when that changes and at most once a minute.
const QUIET_MS = 60_000;
let said = "";
let saidAt = -QUIET_MS;

function announce() {
  const late = document.querySelector("[data-past]")?.dataset.past ?? "";
  const now = performance.now();
  if (late === said || now - saidAt < QUIET_MS) return;
  said = late;
  saidAt = now;
  if (late) document.getElementById("live").textContent = late;
}

setInterval(() => {
  tick();
  announce();
}, 1000);
