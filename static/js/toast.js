// Toasts: a result stays for 8 s, longer while it is hovered or focused; U undoes the newest one.
// Messages of the server arrive in the page or out of band; scripts call tell().

const STAY = 8000;
const region = document.getElementById("toasts");

function watch(toast) {
  let timer;
  let sent = false;
  const leave = () => toast.remove();
  const start = () => { if (!sent) timer = setTimeout(leave, STAY); };
  const hold = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, () => { hold(); start(); });
  // It leaves after the answer: htmx places parts of the answer by the document of what asked.
  toast.addEventListener("submit", () => {
    sent = true;
    hold();
    toast.hidden = true;
  });
  toast.addEventListener("htmx:afterRequest", () => setTimeout(leave));
  start();
}

// tell("No connection", "watch"): a toast without a round trip; the words come from the page. The same words
// stand there once.
export function tell(words, tone = "info") {
  if (!region) return;
  for (const same of region.querySelectorAll("[data-told]")) if (same.textContent === words) same.remove();
  const toast = document.createElement("div");
  toast.dataset.told = "";
  toast.className = "toast";
  toast.dataset.tone = tone;
  const lines = document.createElement("span");
  lines.className = "lines";
  lines.textContent = words;
  toast.append(lines);
  region.append(toast);
}

// undo(): presses the newest undo button, of the toasts or, when they are gone, of the page's list of recent changes
// (newest first; not behind a dialog); false when there is none.
export function undo() {
  const buttons = region?.querySelectorAll(".toast:not([hidden]) [data-undo]") ?? [];
  const listed = document.querySelector("dialog[open]:modal") ? null : document.querySelector("[data-undo-list] [data-undo]:enabled");
  const last = buttons[buttons.length - 1] ?? listed;
  last?.click();
  return Boolean(last);
}

if (region) {
  region.querySelectorAll(".toast").forEach(watch);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.classList?.contains("toast")) watch(node);
    }
  }).observe(region, { childList: true });
}
