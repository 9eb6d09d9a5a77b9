// Esc Esc locks; keys as the help lists them; whoever types stays; files are dropped anywhere; a locked vault leaves no page on the screen.
// Everything works without this file.
"use strict";
const body = document.body;
const base = body.dataset.base || "";
const byId = (id) => document.getElementById(id);
const post = (path, fields) => fetch(path, { method: "POST", body: new URLSearchParams(fields) });

// Leaving: by the clock, with another window, going back.
const windows = new BroadcastChannel("habeas");
const away = () => { leaving = true; location.replace("/away"); };
windows.onmessage = () => { leaving = true; document.documentElement.hidden = true; setTimeout(away, 1000); };  // by then this browser has its new cookie
addEventListener("pagehide", () => { document.documentElement.hidden = true; });  // what is kept for going back is blank
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
const seconds = Number(body.dataset.seconds || 0);
let until = Date.now() + seconds * 1000;
let leave = seconds ? setTimeout(away, seconds * 1000) : 0;
let stayed = Date.now();
function stay() {
  if (!seconds || Date.now() - stayed < 30000) return;
  stayed = Date.now();
  fetch("/stay", { method: "POST" }).then((answer) => {
    clearTimeout(leave);
    if (!answer.ok) return away();
    until = Date.now() + seconds * 1000;
    leave = setTimeout(away, seconds * 1000);
  });
}
addEventListener("input", stay);
if (seconds && byId("left")) setInterval(() => {
  const minutes = Math.max(1, Math.round((until - Date.now()) / 60000));
  byId("left").textContent = body.dataset.left.replace("#", String(minutes));
}, 20000);
let leaving = false;
byId("lock")?.addEventListener("submit", () => { leaving = true; windows.postMessage("lock"); });

// Keys. The table of src/habeas/web/keys.py; a test compares the two.
const rows = () => [...document.querySelectorAll("a.open")];
function step(by) {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  all[Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
}
const doing = {
  help: () => location.assign("/help#keys"),
  search: () => (byId("q") ? byId("q").focus() : location.assign("/cases")),
  next: () => step(1),
  previous: () => step(-1),
  edit: () => (rows().includes(document.activeElement) ? document.activeElement : rows()[0])?.click(),
  new: () => location.assign(base.startsWith("/cases/") ? base + "/statements/new" : "/cases#new"),
};
const keys = { "?": "help", "/": "search", "j": "next", "k": "previous", "e": "edit", "n": "new" };
const going = { "c": "/cases", "i": "/inbox", "t": "/agenda", "h": "/help" };
// A key by where it lies, where the keyboard writes other letters.
function latin(event) {
  if (event.key.length !== 1 || event.key < "\u0080" && event.code !== "Slash") return event.key;
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  return /^Key[A-Z]$/.test(event.code) ? event.code[3].toLowerCase() : event.key;
}
let last = 0;
let locking = false;
let went = 0;
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.repeat) {
    if (event.timeStamp - last < 700 && !locking) { locking = true; byId("lock")?.requestSubmit(); }
    last = event.timeStamp;
    return;
  }
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !byId("lock")) return;
  const key = latin(event);
  if (event.timeStamp - went < 1200 && going[key]) { location.assign(going[key]); return; }
  went = key === "g" ? event.timeStamp : 0;
  if (keys[key]) { event.preventDefault(); doing[keys[key]](); }
});
document.querySelector(".errors[tabindex]")?.focus();
for (const button of document.querySelectorAll("button.print")) button.addEventListener("click", () => print());

// Waiting: a bar for whatever takes longer than a moment; a large case says how far it is.
const bar = byId("waiting");
let slow = 0;
const soon = () => { clearTimeout(slow); slow = setTimeout(() => { bar.hidden = false; fetch("/help").finally(() => { bar.hidden = true; }); }, 700); };  // answered in turn: behind what is waited for, which may be a file
addEventListener("submit", (event) => { if (!event.defaultPrevented) soon(); });
addEventListener("click", (event) => { if (!event.defaultPrevented && event.target instanceof Element && event.target.closest("a[href^='/']:not([download], [target])")) soon(); });
const opening = byId("opening");
if (opening) {
  const look = () => fetch(opening.dataset.at).then((answer) => (answer.ok ? answer.json() : null)).then((state) => {
    if (!state) return location.reload();
    byId("read").max = state.total;
    byId("read").value = state.done;
    return setTimeout(look, 200);
  }, () => setTimeout(look, 1000));
  setTimeout(look, 200);
}

// Files: chosen or dropped anywhere; progress by server-sent events; one can go on reading meanwhile.
const card = byId("progress");
let sending = false;
const written = new Set();  // forms in which something was typed that was not sent
addEventListener("input", (event) => { const form = event.target.closest?.("main form[method=post]:not(.filters):not(.drop):not([data-autosave])"); if (form) written.add(form); });
addEventListener("submit", (event) => { written.delete(event.target); });
addEventListener("beforeunload", (event) => { if (!leaving && (sending || written.size)) event.preventDefault(); });
function told(state) {
  const share = state.total ? Math.min(100, 100 * state.came / state.total) : 0;
  const handled = state.sealed + state.duplicate + state.refused;
  card.querySelector("progress").value = Math.round(0.9 * share + (state.files ? 10 * handled / state.files : 0));
  card.querySelector(".sums").textContent = card.dataset.sums.replace("#1", state.sealed).replace("#2", state.duplicate).replace("#3", state.refused).replace("#4", state.files);
  card.querySelector("ul:not(.before)").replaceChildren(...state.lines.map((line) => {
    const item = document.createElement("li");
    const name = document.createElement("bdi");
    name.textContent = line.name;
    item.append(name, ": " + card.dataset[line.outcome].replace("#", line.outcome === "refused" ? line.why : line.number));
    return item;
  }));
}
const queue = [];
async function send(files, path) {
  if (files.length) queue.push([files, path]);
  if (sending) return;
  sending = true;
  while (queue.length) {
    const [some, where] = queue.shift();
    card.querySelector(".before").append(...card.querySelector("ul:not(.before)").children);
    await sendSome(some, where);
  }
  sending = false;
}
async function sendSome(files, path) {
  const form = new FormData();
  for (const file of files) form.append("files", file);
  card.hidden = false;
  let events = null;
  const look = () => { events = new EventSource("/progress"); events.onmessage = (event) => told(JSON.parse(event.data)); events.addEventListener("over", () => events.close()); };
  const started = setTimeout(look, 150);
  let good = false;
  try {
    const answer = await fetch(path, { method: "POST", body: form });
    good = answer.ok && !answer.redirected;
    if (answer.redirected) return away();
  } catch { good = false; }
  clearTimeout(started);
  events?.close();
  await new Promise((done) => { look(); events.addEventListener("over", done); events.addEventListener("error", done); setTimeout(done, 3000); });  // the outcome of each
  card.querySelector("progress").value = 100;
  const link = card.querySelector(".after");
  link.href = path;
  link.hidden = false;
  card.querySelector(".close").hidden = false;
  if (!good) card.querySelector(".sums").textContent = card.dataset.lost;
  card.dataset.over = good ? "yes" : "no";
  return undefined;
}
const sealAt = base.startsWith("/cases/") ? base + "/exhibits" : "/inbox";
for (const form of document.querySelectorAll("form.drop")) form.addEventListener("submit", (event) => {
  event.preventDefault();
  send([...form.querySelector("input[type=file]").files], form.getAttribute("action"));
});
card.querySelector(".close")?.addEventListener("click", () => { card.hidden = true; });
const carries = (event) => byId("lock") && [...(event.dataTransfer?.types || [])].includes("Files");
addEventListener("dragover", (event) => { if (carries(event)) { event.preventDefault(); byId("dropping").hidden = false; } });
addEventListener("dragleave", (event) => { if (!event.relatedTarget) byId("dropping").hidden = true; });
addEventListener("drop", (event) => {
  byId("dropping").hidden = true;
  if (!carries(event) || (event.target instanceof Element && event.target.closest("input[type=file]"))) return;
  event.preventDefault();
  send([...event.dataTransfer.files], sealAt);
});

// Dates are shown back as they are read; places are offered.
for (const field of document.querySelectorAll("input.date")) field.addEventListener("input", () => document.querySelector(`input[name="${field.id}_reading"]`)?.closest("fieldset").remove());
for (const field of document.querySelectorAll("input.date")) field.addEventListener("change", async () => {
  const shown = byId(field.id + "-read");
  if (!shown || !base) return;
  const answer = await post(base + "/dates", { q: field.value });
  if (!answer.ok) return;
  const read = await answer.json();
  shown.textContent = read.problem || (read.asked && read.asked + " ") + read.readings.map((one) => one.words + " (" + one.edtf + ")").join(" / ");
});
let waiting = 0;
for (const field of document.querySelectorAll("input.place")) field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const answer = await post(base + "/places", { q: field.value });
    if (!answer.ok) return;
    const options = (await answer.json()).map((name) => { const one = document.createElement("option"); one.value = name; return one; });
    byId(field.id + "-list").replaceChildren(...options);
  }, 200);
});

for (const box of document.querySelectorAll("div.text")) {  // opened at the passage
  const passage = box.querySelector("mark");
  if (passage) box.scrollTop = passage.offsetTop - box.offsetTop - 80;
}

// What is selected in an exhibit fills the citation.
const text = byId("text");
const cite = byId("cite");
if (text && cite) document.addEventListener("selectionchange", () => {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed || !text.contains(selection.anchorNode) || !text.contains(selection.focusNode)) return;
  const range = selection.getRangeAt(0);
  const before = document.createRange();
  before.setStart(text, 0);
  before.setEnd(range.startContainer, range.startOffset);
  cite.elements.quote.value = range.toString();
  cite.elements.start.value = String([...before.toString()].length);  // letters, as the server counts them
});

// An interview saves itself.
const talk = document.querySelector("form[data-autosave]");
if (talk) {
  let changed = 0;
  const fields = () => ({ text: talk.elements.text.value, revision: talk.elements.revision.value, do: "pause" });
  const keep = async () => {
    clearTimeout(changed);
    changed = 0;
    let good = false;
    try {
      const answer = await post(talk.getAttribute("action"), fields());
      good = answer.ok && new URL(answer.url).pathname === location.pathname;  // a locked vault leads elsewhere
      if (good) talk.elements.revision.value = /name="revision" value="([^"]+)"/.exec(await answer.text())[1];
    } catch { good = false; }
    byId("saved").classList.toggle("bad", !good);
    byId("saved").textContent = !good ? talk.dataset.lost : talk.dataset.autosave.replace("#", new Date().toTimeString().slice(0, 5));
  };
  talk.addEventListener("input", () => { clearTimeout(changed); changed = setTimeout(keep, 2000); });
  talk.addEventListener("submit", () => { clearTimeout(changed); changed = 0; });
  const short = () => talk.elements.text.value.length < 8000;  // what a page may send while it goes away: 64 KiB, six bytes a letter
  addEventListener("beforeunload", (event) => { if (changed && !short() && !leaving) event.preventDefault(); });
  addEventListener("pagehide", () => {
    if (changed && !leaving) fetch(talk.getAttribute("action"), { method: "POST", body: new URLSearchParams(fields()), keepalive: true });
  });
  byId("lock")?.addEventListener("submit", (event) => {  // the last words first, for half a second at most
    if (!changed) return;
    event.preventDefault();
    Promise.race([keep(), new Promise((done) => { setTimeout(done, 500); })]).finally(() => { changed = 0; byId("lock").submit(); });
  });
}
