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
    announce(done ? "Copied" : "Selected. Press Control+C to copy.");
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
    // What stands in the command beside it is the same secret.
    for (const part of document.querySelectorAll("[data-secret-part]")) part.classList.toggle("covered", !isShown);
    button.textContent = isShown ? "Hide" : "Show";
    button.setAttribute("aria-label", isShown ? "Hide secret" : "Show secret");
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
const exact = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
});
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
  const buttons = [...form.querySelectorAll("button[type=submit]")].filter((button) => !button.disabled);
  const set = (isSent) => {
    for (const button of buttons) {
      button.disabled = isSent;
      button.setAttribute("aria-busy", String(isSent));
    }
  };
  // Later, for a button that is off is not sent along.
  setTimeout(() => set(true));
  // Nothing tells of somebody who stopped it. An answer that takes as long as this one is waited for no more.
  setTimeout(() => {
    delete form.dataset.sent;
    set(false);
  }, 15000);
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

// Watches for deliveries: every two seconds at first, seldom later, and never for more than half an hour. What the page
// shows of them changes along, whatever became of them.
for (const card of document.querySelectorAll("[data-watch]")) watch(card);

function watch(card) {
  const text = card.querySelector("[data-watch-text]");
  const title = card.querySelector("h2");
  const start = Date.now();
  let seen = Number(card.dataset.since);
  let last;
  const next = () => {
    const age = (Date.now() - start) / 1000;
    if (age > 1800) {
      if (last === undefined) text.replaceChildren(paragraph("No deliveries in the last half hour."));
      text.append(paragraph("Reload the page to keep watching."));
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
      // Logged out, or the token is gone: there is nothing more to see here.
      if (answer.status === 401 || answer.status === 404) return;
      if (answer.ok) await show(await answer.json());
    } catch {
      // The next look may succeed.
    }
    next();
  };
  const show = async (status) => {
    if (!status.last || (status.seen <= seen && status.last.at === last)) return;
    if (last === undefined && status.seen <= seen) {
      // What the page shows already.
      last = status.last.at;
      return;
    }
    seen = status.seen;
    last = status.last.at;
    title.textContent = status.last.title;
    card.classList.remove("published", "withheld", "refused");
    card.classList.add(status.last.outcome);
    text.replaceChildren(paragraph(status.last.text));
    if (status.last.advice) text.append(paragraph(status.last.advice));
    await refresh(new URL(card.querySelector("[data-watch-link]").href));
  };
  next();
}

// Takes the counts and the list of deliveries from the page as it is now.
async function refresh(place) {
  const parts = document.querySelectorAll("[data-live]");
  if (parts.length === 0) return;
  // Below the token's page are forms that came back with an error.
  const url = location.pathname === place.pathname ? location.href : place.href;
  const answer = await fetch(url, { credentials: "same-origin", redirect: "error", cache: "no-store" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of parts) {
    const now = page.getElementById(part.id);
    if (!now) continue;
    part.replaceChildren(...document.adoptNode(now).childNodes);
    renderTimes(part);
  }
}

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}
