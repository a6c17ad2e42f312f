// Find or do: Ctrl/Cmd-K opens the dialog, arrows choose, Enter follows, Ctrl-Enter in a new tab.
// Without this script the button is a link to the page /find/ that shows the same results.

const palette = document.getElementById("palette");
const field = palette?.querySelector("input[name=q]");

function options() {
  return [...palette.querySelectorAll('[role="option"]:not([aria-disabled="true"])')];
}

function chosen() {
  return palette.querySelector('[role="option"][aria-selected="true"]');
}

function choose(option) {
  for (const each of options()) each.setAttribute("aria-selected", String(each === option));
  if (option) {
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    field.removeAttribute("aria-activedescendant");
  }
}

function move(step) {
  const all = options();
  if (!all.length) return;
  const at = all.indexOf(chosen());
  choose(all[(at + step + all.length) % all.length]);
}

function open() {
  if (palette.open) return;
  palette.showModal();
  field.focus();
  field.select();
  field.dispatchEvent(new Event("look"));
}

function follow(event) {
  const option = chosen();
  if (!option) return;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) window.open(option.href ?? location.href, "_blank", "noopener");
  else option.click();
}

if (palette) {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]") && !event.ctrlKey && !event.metaKey && event.button === 0) {
      event.preventDefault();
      open();
    }
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      follow(event);
    }
  });
  palette.addEventListener("htmx:afterSettle", () => choose(options()[0]));
  palette.addEventListener("click", (event) => {
    const option = event.target.closest('a[role="option"]');
    if (option && option.hash && option.pathname === location.pathname) palette.close();
  });
}
