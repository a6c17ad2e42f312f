import { changed } from "./fragments.js";

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

// When a channel opens or closes its clocks start or stand: that is the server's to say.
function turn() {
  const board = document.querySelector("[data-turn]");
  if (!board) return;
  board.dataset.turn = Number(board.dataset.turn) - 1;
  if (Number(board.dataset.turn) === 0) changed("board");
}

setInterval(() => {
  tick();
  turn();
  announce();
}, 1000);

// New cards fade in; while a card has the focus those that were there keep their order, so that nothing
// moves under somebody's hands.
const lanes = (board) => [...board.querySelectorAll("ol")].map((lane) => [...lane.children]);
const idOf = (card) => card.querySelector("[id]")?.id ?? card.id;
let before;

document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  if (target.id !== "board") return;
  const focused = target.contains(document.activeElement) && document.activeElement.closest("ol > li");
  before = { order: lanes(target).flat().map(idOf), keep: Boolean(focused) };
});

document.addEventListener("htmx:afterSwap", ({ detail: { elt } }) => {
  if (elt.id !== "board" || !before) return;
  const { order, keep } = before;
  before = undefined;
  for (const cards of lanes(elt)) {
    for (const card of cards) card.classList.toggle("fresh", !order.includes(idOf(card)));
    if (keep) reorder(cards, order);
  }
});

function reorder(cards, order) {
  const had = document.activeElement;
  const place = (card) => (order.indexOf(idOf(card)) + 1) || order.length + 1;
  const wanted = [...cards].sort((a, b) => place(a) - place(b));
  if (wanted.every((card, at) => card === cards[at])) return;
  cards[0].parentElement.append(...wanted);
  if (had !== document.activeElement) had.focus({ preventScroll: true });
}
