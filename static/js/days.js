// Says which day stands in a day field, with weekday and month in words: a browser shows its own order of both.

const LONG = { weekday: "short", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };

function words(value) {
  const lang = document.documentElement.lang || "en";
  const format = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, LONG);
  return format.format(new Date(`${value}T00:00:00Z`)).replace(",", "");
}

function say(event) {
  const field = event.target.closest?.('input[type="date"]');
  const said = field?.closest(".field")?.querySelector("[data-day-said]");
  if (!said) return;
  said.textContent = field.value ? words(field.value) : "";
  said.hidden = !field.value;
}

document.addEventListener("input", say);
document.addEventListener("change", say);
