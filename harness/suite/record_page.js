"use strict";

const by = id => document.getElementById(id);
const screenBox = by("screen"), picture = by("picture"), mark = by("mark");
const EVERY = 2500;     // ms between two looks at a screen on which nothing is done
let state = null, under_way = Promise.resolve(), waiting = 0, acting = 0, field = null, over = false;

function place(event) {
  const box = picture.getBoundingClientRect();
  const scale = picture.naturalWidth / box.width;
  return [Math.round((event.clientX - box.left) * scale), Math.round((event.clientY - box.top) * scale)];
}

function under(x, y) {
  const hit = [...state.fields, ...state.controls]
    .filter(c => x >= c.bounds[0] && x < c.bounds[2] && y >= c.bounds[1] && y < c.bounds[3]);
  const size = c => (c.bounds[2] - c.bounds[0]) * (c.bounds[3] - c.bounds[1]);
  return hit.sort((a, b) => size(a) - size(b))[0];
}

function show(next) {
  state = next;
  picture.src = "picture?" + Date.now();
  by("kind").textContent = state.kind + ": " + state.reason;
  const problem = by("problem");
  problem.style.display = state.problem ? "block" : "none";
  if (state.problem) problem.textContent = [state.problem.what, state.problem.why, state.problem.fix].filter(Boolean).join(" ");
  by("acts").replaceChildren(...state.acts.map(said => {
    const item = document.createElement("li");
    item.textContent = said;
    return item;
  }));
  by("file").textContent = state.file;
  by("source").textContent = state.source;
  mark.style.display = "none";
  if (state.saved) {
    over = true;
    document.querySelectorAll("button, input").forEach(one => one.disabled = true);
    by("done").style.display = "block";
    by("done").textContent = "Written to " + state.file + ". This page can be closed.";
  }
}

// One request at a time. What the person does waits for a look that is under way; a look of its own accord never waits.
function ask(path, act, byItself) {
  if (over || (byItself && waiting)) return;
  waiting += 1;
  if (!byItself) acting += 1;
  screenBox.classList.toggle("busy", acting > 0);
  under_way = under_way.then(() => send(path, act)).then(() => {
    waiting -= 1;
    if (!byItself) acting -= 1;
    screenBox.classList.toggle("busy", acting > 0);
  });
}

async function send(path, act) {
  if (over) return;
  try {
    const how = act ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(act) } : {};
    const answer = await fetch(path, how);
    if (!answer.ok) throw new Error(await answer.text());
    show(await answer.json());
  } catch (error) {
    by("problem").style.display = "block";
    by("problem").textContent = "The recording has ended, or cannot be reached: " + error.message;
  }
}

function choose(chosen) {
  field = chosen;
  by("typing").style.display = chosen ? "flex" : "none";
  by("text").placeholder = chosen ? "Text for " + (chosen.name || chosen.text || "the field") : "";
  if (chosen) by("text").focus();
}

screenBox.addEventListener("click", event => {
  if (!state || acting || over) return;
  const [x, y] = place(event), hit = under(x, y);
  if (hit && hit.role === "input") return choose(hit);
  choose(null);
  ask("act", { verb: "tap", x, y });
});

screenBox.addEventListener("mousemove", event => {
  if (!state || over) return;
  const hit = under(...place(event));
  mark.style.display = hit ? "block" : "none";
  if (!hit) return;
  const scale = picture.getBoundingClientRect().width / picture.naturalWidth;
  const [left, top, right, bottom] = hit.bounds.map(n => n * scale);
  Object.assign(mark.style, { left: left + "px", top: top + "px", width: right - left + "px", height: bottom - top + "px" });
  mark.firstElementChild.textContent = hit.role;
});
screenBox.addEventListener("mouseleave", () => mark.style.display = "none");

document.querySelectorAll("button[data-verb]").forEach(button =>
  button.addEventListener("click", () => ask("act", { verb: button.dataset.verb })));

by("typing").addEventListener("submit", event => {
  event.preventDefault();
  if (!field) return;
  const [left, top, right, bottom] = field.bounds;
  const act = { verb: "type", x: (left + right) >> 1, y: (top + bottom) >> 1, text: by("text").value };
  by("text").value = "";
  choose(null);
  ask("act", act);
});

ask("state");
setInterval(() => { if (!document.hidden && !field) ask("act", { verb: "look" }, true); }, EVERY);
