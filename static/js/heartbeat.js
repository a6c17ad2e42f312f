// A sign of life while a page is open, so that nobody is given a caller who is not there. The server
// says how soon to come again, and 0 when this person has not said that they are here. A sleeping
// phone stops by itself; a tab behind others still reports once a minute.

const HIDDEN_MS = 60_000;
const place = document.querySelector('meta[name="heartbeat"]');
let timer;

async function beat() {
  clearTimeout(timer);
  let again = 20;
  try {
    const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
    const answer = await fetch(place.content, { method: "POST", headers: token, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    ({ again } = await answer.json());
  } catch {
    // Away for a moment: the next beat tells.
  }
  if (again > 0) timer = setTimeout(beat, document.hidden ? HIDDEN_MS : again * 1000);
}

if (place) {
  beat();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) beat();
  });
}
