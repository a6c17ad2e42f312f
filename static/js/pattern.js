// The pattern editor's bar: activities as pieces that are dragged or moved by keys, half an hour at a time.
// The fields below stay the truth: every change is written into them, and what is typed there redraws the bar.

const HALF = 30;
const form = document.querySelector("[data-pattern]");
const bar = form?.querySelector("[data-bar]");
const track = bar?.querySelector(".track");
const field = (name) => form.querySelector(`[name="${name}"]`);
const rows = () => [...form.querySelectorAll("[data-row]")].map((row, place) => ({
  row, place, activity: field(`activity_${place}`), from: field(`from_${place}`), to: field(`to_${place}`),
}));

function minutes(text) {
  const found = /^(\d{1,2})(?:[:.h]?([0-5]\d))?$/.exec(text.trim());
  return found && Number(found[1]) <= 24 ? Number(found[1]) * 60 + Number(found[2] ?? 0) : null;
}

const clock = (at) => `${String(Math.floor((at % 1440) / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
const begin = () => minutes(field("starts").value);

function length() {
  const start = begin(), end = minutes(field("ends").value);
  return start === null || end === null ? 0 : ((end - start + 2880) % 1440) || 1440;
}

function pieces() {
  const whole = length(), start = begin();
  return rows().filter((each) => each.activity.value).map((each) => {
    const from = minutes(each.from.value), to = minutes(each.to.value);
    if (from === null || to === null) return { ...each, first: 0, last: whole };
    return { ...each, first: (from - start + 2880) % 1440, last: ((to - start + 2880) % 1440) || 1440 };
  }).filter((each) => each.first < each.last && each.last <= whole).sort((a, b) => a.first - b.first);
}

function place(button, first, last) {
  const kept = button.className.split(" ").filter((name) => !/^[aw]-\d+$/.test(name));
  const a = Math.floor(first / 15), w = Math.max(1, Math.ceil(last / 15) - a);
  button.className = [...kept, `a-${a}`, `w-${w}`].join(" ");
}

function span(first, last) {
  return `${clock(begin() + first)}–${clock(begin() + last)}`;
}

function draw(focused) {
  if (!track || !length()) return;
  track.className = `track span-${Math.ceil(length() / 15)}`;
  track.replaceChildren(...pieces().map((each) => {
    const button = document.createElement("button");
    const look = bar.querySelector(`[data-add="${each.activity.value}"]`);
    const name = document.createElement("b"), when = document.createElement("span");
    button.type = "button";
    button.className = "piece";
    button.dataset.place = each.place;
    button.dataset.cat = look?.dataset.cat ?? "8";
    name.textContent = look?.dataset.name ?? "";
    when.textContent = span(each.first, each.last);
    button.setAttribute("aria-label", bar.dataset.words.replace("NAME", name.textContent).replace("SPAN", when.textContent));
    button.append(name, when);
    place(button, each.first, each.last);
    return button;
  }));
  if (focused !== undefined) track.querySelector(`[data-place="${focused}"]`)?.focus();
}

function write(place, first, last) {
  const { from, to } = rows()[place];
  from.value = clock(begin() + first);
  to.value = clock(begin() + last);
}

// The room that a piece has between its neighbours.
function room(at) {
  const others = pieces().filter((each) => each.place !== at.place);
  return {
    low: Math.max(0, ...others.filter((each) => each.last <= at.first).map((each) => each.last)),
    high: Math.min(length(), ...others.filter((each) => each.first >= at.last).map((each) => each.first)),
  };
}

function move(at, step, { end }) {
  const { low, high } = room(at);
  if (end) {
    const last = Math.min(high, Math.max(at.first + HALF, at.last + step));
    return write(at.place, at.first, last);
  }
  const by = Math.min(high - at.last, Math.max(low - at.first, step));
  write(at.place, at.first + by, at.last + by);
}

function remove(at) {
  const { activity, from, to } = rows()[at.place];
  activity.value = from.value = to.value = "";
}

// A new piece takes the first hole, of at most two hours; without a hole the longest piece gives its last half.
function add(activity) {
  const free = rows().find((each) => !each.activity.value);
  if (!free || !length()) return undefined;
  const known = pieces();
  let start = 0, hole = null;
  for (const each of [...known, { first: length(), last: length() }]) {
    if (each.first - start >= HALF && !hole) hole = [start, Math.min(each.first, start + 120)];
    start = Math.max(start, each.last);
  }
  if (!hole) {
    const longest = known.toSorted((a, b) => b.last - b.first - (a.last - a.first))[0];
    if (!longest || longest.last - longest.first < 2 * HALF) return undefined;
    const half = longest.first + Math.ceil((longest.last - longest.first) / 2 / HALF) * HALF;
    hole = [half, longest.last];
    write(longest.place, longest.first, half);
  }
  free.row.hidden = false;
  free.activity.value = activity;
  write(free.place, ...hole);
  return free.place;
}

function look() {
  form.querySelector("[name=look]")?.click();
}

if (bar) {
  bar.querySelectorAll("[data-tools]").forEach((each) => { each.hidden = false; });
  draw();
  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (row?.nextElementSibling) row.nextElementSibling.hidden = false;
    draw();
  });
  bar.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-add]");
    if (!tool) return;
    draw(add(tool.dataset.add));
    look();
  });
  track.addEventListener("keydown", (event) => {
    const at = pieces().find((each) => String(each.place) === event.target.closest(".piece")?.dataset.place);
    const step = { ArrowRight: HALF, ArrowLeft: -HALF }[event.key];
    if (!at || (!step && !["Delete", "Backspace"].includes(event.key))) return;
    event.preventDefault();
    event.stopPropagation();
    if (step) move(at, step, { end: event.shiftKey });
    else remove(at);
    draw(at.place);
    look();
  });
  track.addEventListener("pointerdown", (event) => {
    const button = event.target.closest("button.piece");
    const at = button && pieces().find((each) => String(each.place) === button.dataset.place);
    if (!at) return;
    const box = button.getBoundingClientRect(), whole = track.getBoundingClientRect();
    const end = event.clientX > box.right - 12;
    const moved = (now) => {
      const raw = ((now.clientX - event.clientX) / whole.width) * length();
      move(at, Math.round(raw / HALF) * HALF, { end });
      const { first, last } = pieces().find((each) => each.place === at.place);
      place(button, first, last);
      button.lastChild.textContent = span(first, last);
    };
    button.setPointerCapture(event.pointerId);
    button.addEventListener("pointermove", moved);
    button.addEventListener("pointerup", () => { button.removeEventListener("pointermove", moved); draw(at.place); look(); }, { once: true });
  });
}
