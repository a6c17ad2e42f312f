// Completes a time when its field is left: 9 becomes 09:00, 930 becomes 09:30. What is no time stays as typed.

const CLOCK = /^(\d{1,2})(?:\s*[:.h]\s*([0-5]\d)?|([0-5]\d))?$/i;

document.addEventListener("change", (event) => {
  const field = event.target.closest?.("[data-clock]");
  const found = field && CLOCK.exec(field.value.trim());
  if (!found || Number(found[1]) > 24) return;
  field.value = `${found[1].padStart(2, "0")}:${found[2] ?? found[3] ?? "00"}`;
});
