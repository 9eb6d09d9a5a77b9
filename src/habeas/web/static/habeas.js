// Esc Esc locks; ? opens the keys; whoever types stays; a locked vault leaves no page on the screen. Everything works without this file.
"use strict";
const windows = new BroadcastChannel("habeas");
const away = () => location.replace("/away");
windows.onmessage = () => { document.documentElement.hidden = true; setTimeout(away, 1000); };  // by then this browser has its new cookie
addEventListener("pagehide", () => { document.documentElement.hidden = true; });  // what is kept for going back is blank
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
const seconds = Number(document.body.dataset.seconds || 0);
let leave = seconds ? setTimeout(away, seconds * 1000) : 0;
let stayed = Date.now();
addEventListener("input", () => {
  if (!seconds || Date.now() - stayed < 30000) return;
  stayed = Date.now();
  fetch("/stay", { method: "POST" }).then((answer) => {
    clearTimeout(leave);
    if (answer.ok) leave = setTimeout(away, seconds * 1000); else away();
  });
});
document.getElementById("lock")?.addEventListener("submit", () => windows.postMessage("lock"));
let last = 0;
let locking = false;
addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
  if (event.key === "Escape" && !event.repeat) {
    if (event.timeStamp - last < 700 && !locking) { locking = true; document.getElementById("lock")?.requestSubmit(); }
    last = event.timeStamp;
  } else if (event.key === "?" && !typing) {
    const keys = document.getElementById("keys");
    if (keys) { keys.open = !keys.open; keys.scrollIntoView(); }
  }
});
