// Progressive enhancement: every page works without this file.
"use strict";

// Copy buttons, hidden until here because they need this script.
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const label = button.querySelector("[data-copy-label]");
  const idle = label.textContent;
  let timer;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = "value" in source ? source.value : source.textContent;
    const done = await copy(text, source);
    label.textContent = done ? "Copied" : "Press Ctrl+C";
    button.classList.toggle("copied", done);
    announce(done ? "Copied" : "Selected: press Control and C to copy");
    clearTimeout(timer);
    timer = setTimeout(() => {
      label.textContent = idle;
      button.classList.remove("copied");
    }, 2500);
  });
}

async function copy(text, source) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not allowed, or a page that did not come by https: leave it selected for the keyboard.
    if (source.select) {
      source.select();
    } else {
      getSelection().selectAllChildren(source);
    }
    return false;
  }
}

// One polite voice for what changes without a new page.
let voice;
function announce(text) {
  if (!voice) {
    voice = document.createElement("div");
    voice.className = "sr";
    voice.setAttribute("role", "status");
    document.body.append(voice);
  }
  voice.textContent = "";
  setTimeout(() => { voice.textContent = text; }, 50);
}

// A secret can be hidden from someone who looks on. It starts visible: without script there is no way to show it.
for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  const show = (isShown) => {
    field.classList.toggle("masked", !isShown);
    button.textContent = isShown ? "Hide" : "Show";
    button.setAttribute("aria-label", isShown ? "Hide the secret" : "Show the secret");
    button.removeAttribute("aria-pressed");
  };
  show(false);
  button.addEventListener("click", () => show(field.classList.contains("masked")));
}

// A click into a value to take along selects all of it.
for (const field of document.querySelectorAll("input[readonly]")) {
  field.addEventListener("focus", () => field.select());
}

// Relative times; the full one stays in the tooltip.
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
function relativeTime(instant) {
  const seconds = (instant - Date.now()) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return seconds > 0 ? "in a moment" : "just now";
  for (const [unit, length, limit] of [["minute", 60, 3600], ["hour", 3600, 86400], ["day", 86400, 30 * 86400]]) {
    if (size < limit * 0.98) return relative.format(Math.round(seconds / length), unit);
  }
  return day.format(instant);
}
function renderTimes(root) {
  for (const time of root.querySelectorAll("time[data-relative]")) {
    const instant = new Date(time.dateTime);
    if (Number.isNaN(instant.getTime())) continue;
    time.textContent = relativeTime(instant);
  }
  for (const time of root.querySelectorAll("time[data-local]")) {
    const instant = new Date(time.dateTime);
    if (!Number.isNaN(instant.getTime())) time.textContent = exact.format(instant);
  }
}
renderTimes(document);
setInterval(() => renderTimes(document), 30000);

// A form is sent once: its buttons are off while it is on its way. The server takes it once, too.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  // Later, for a button that is off is not sent along.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button[type=submit]")) {
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
    }
  });
});
// Back from the next page, the browser may show this one as it was.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// The button that deletes waits for the name. The server checks it too.
for (const button of document.querySelectorAll("[data-needs]")) {
  const field = document.getElementById(button.dataset.needsField);
  const check = () => { button.disabled = field.value.trim() !== button.dataset.needs.trim(); };
  field.addEventListener("input", check);
  check();
}

// Watches for the next delivery: every two seconds at first, seldom later, and never for more than half an hour.
for (const card of document.querySelectorAll("[data-watch]")) watch(card);

function watch(card) {
  const text = card.querySelector("[data-watch-text]");
  const title = card.querySelector("h2");
  const since = Number(card.dataset.since);
  const start = Date.now();
  const next = () => {
    const age = (Date.now() - start) / 1000;
    if (age > 1800) {
      text.textContent = "";
      text.append(paragraph("Nothing came within half an hour. Reload the page to watch on."));
      card.classList.add("rests");
      return;
    }
    setTimeout(look, document.hidden ? 15000 : age < 60 ? 2000 : age < 300 ? 5000 : 10000);
  };
  const look = async () => {
    try {
      const answer = await fetch(card.dataset.watch, {
        headers: { Accept: "application/json" }, credentials: "same-origin", redirect: "error", cache: "no-store",
      });
      if (!answer.ok) return next();
      const status = await answer.json();
      if (!status.last || status.seen <= since) return next();
      title.textContent = status.last.refused ? "The first delivery was refused" : "The first delivery is here";
      card.classList.add(status.last.refused ? "refused" : "arrived");
      text.textContent = "";
      text.append(paragraph(status.last.text));
      if (status.last.advice) text.append(paragraph(status.last.advice));
    } catch {
      next();
    }
  };
  next();
}

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}
