// Single keys. An element with data-key="c" is pressed by C, data-key="g w" by G then W; fields
// are focused. ? lists every key of the page. Off inside fields and when the person wishes so.

import { undo } from "./toast.js";
import { fold } from "./side.js";

const ON = document.documentElement.dataset.keys !== "off";
const PAUSE = 1200;
let first = "";
let timer;

function typing(target) {
  return target.isContentEditable || target.matches?.("input:not([type=checkbox], [type=radio], [type=button]), textarea, select");
}

function shown(element) {
  return element.getClientRects().length > 0 && !element.closest("[inert], [hidden]");
}

function carriers() {
  const top = document.querySelector("dialog[open]:modal");
  return [...(top ?? document).querySelectorAll("[data-key]")];
}

function press(combination) {
  const element = carriers().find((each) => each.dataset.key.toLowerCase() === combination && (shown(each) || each.dataset.keyGroup === "go"));
  if (!element) return false;
  if (element.matches("input, textarea, select")) element.focus();
  else element.click();
  return true;
}

function caps(combination) {
  const names = document.createElement("span");
  names.className = "keys";
  for (const part of combination.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = part.charAt(0).toUpperCase() + part.slice(1);
    names.append(cap);
  }
  return names;
}

function line(list, words, combination) {
  const term = document.createElement("dt");
  const drawn = document.createElement("dd");
  term.textContent = words;
  drawn.append(caps(combination));
  list.append(term, drawn);
}

function section(box, words) {
  const head = document.createElement("h3");
  const list = document.createElement("dl");
  head.textContent = words;
  list.className = "keylist";
  box.append(head, list);
  return list;
}

function words(element) {
  return element.dataset.keyHelp || element.getAttribute("aria-label") || element.querySelector(".lab, .lbl")?.textContent.trim() || element.textContent.trim();
}

function help() {
  const dialog = document.getElementById("keys");
  if (!dialog || dialog.open) return;
  const box = dialog.querySelector("[data-key-list]");
  box.replaceChildren();
  const seen = new Set();
  const rows = (selected) => selected.filter((each) => !seen.has(each.dataset.key) && seen.add(each.dataset.key));
  const all = [...document.querySelectorAll("[data-key]")];
  const here = rows(all.filter((each) => each.dataset.keyGroup !== "go"));
  const notes = [...document.querySelectorAll("[data-key-note]")];
  if (here.length || notes.length) {
    const list = section(box, dialog.dataset.here);
    for (const each of here) line(list, words(each), each.dataset.key);
    for (const each of notes) line(list, each.textContent.trim(), each.dataset.keyNote);
  }
  const go = rows(all.filter((each) => each.dataset.keyGroup === "go"));
  if (go.length) {
    const list = section(box, dialog.dataset.go);
    for (const each of go) line(list, words(each), each.dataset.key);
  }
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "?") { event.preventDefault(); help(); return; }
  if (!ON || event.key.length !== 1 || event.repeat) return;
  const key = event.key.toLowerCase();
  const sequence = first ? `${first} ${key}` : "";
  clearTimeout(timer);
  first = "";
  const shifted = event.shiftKey && /[a-z]/.test(key) ? `shift ${key}` : "";
  if (sequence && press(sequence)) { event.preventDefault(); return; }
  if (key === "u" && undo()) { event.preventDefault(); return; }
  if (key === "[") { fold(); return; }
  if (press(shifted || key)) { event.preventDefault(); return; }
  if (carriers().some((each) => each.dataset.key.startsWith(`${key} `))) {
    first = key;
    timer = setTimeout(() => { first = ""; }, PAUSE);
  }
});
