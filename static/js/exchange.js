// The offer of an own shift: how many are chosen to be asked, and all of them taken out with one press.

const boxes = () => [...document.querySelectorAll('#ask input[name="ask"]')];

function count() {
  const chosen = boxes().filter((each) => each.checked).length;
  const shown = document.querySelector("[data-chosen]");
  if (shown) {
    shown.textContent = chosen;
    shown.closest("button").disabled = chosen === 0;
  }
  const clear = document.querySelector("[data-clear]");
  if (clear) clear.hidden = chosen === 0;
}

document.addEventListener("change", (event) => {
  if (event.target.matches?.('#ask input[name="ask"]')) count();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-clear]")) return;
  for (const each of boxes()) each.checked = false;
  count();
  boxes()[0]?.focus();
});

document.addEventListener("htmx:afterSettle", count);
count();
