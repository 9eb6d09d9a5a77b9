// Esc Esc locks; ? opens the keys. Everything works without this file.
"use strict";
let last = 0;
addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
  if (event.key === "Escape") {
    if (event.timeStamp - last < 700) document.getElementById("lock")?.requestSubmit();
    last = event.timeStamp;
  } else if (event.key === "?" && !typing) {
    const keys = document.getElementById("keys");
    if (keys) { keys.open = !keys.open; keys.scrollIntoView(); }
  }
});
