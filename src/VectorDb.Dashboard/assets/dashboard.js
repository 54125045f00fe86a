// Keeps a page up to date: asks the server for the same page again and changes only what differs, so that focus,
// selection and transitions survive. Without this script the page reloads itself.
"use strict";

const busy = 1000, slowest = 15000;
const content = document.querySelector("main[data-live]");
const link = document.getElementById("link");
const pause = document.getElementById("pause");
let delay = busy, timer = 0, held = false;

document.addEventListener("submit", event => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

if (content) {
  pause.hidden = false;
  pause.addEventListener("click", () => {
    held = !held;
    pause.setAttribute("aria-pressed", held);
    pause.textContent = held ? "Resume updates" : "Pause updates";
    held ? stop("paused", "held") : refresh();
  });
  document.addEventListener("visibilitychange", () => { if (!held) document.hidden ? clearTimeout(timer) : refresh(); });
  say("live", "");
  timer = setTimeout(refresh, delay);
}

function stop(text, tone) {
  clearTimeout(timer);
  say(text, tone);
}

function say(text, tone) {
  if (link.textContent !== text) link.textContent = text;
  link.className = `link ${tone}`;
}

async function refresh() {
  clearTimeout(timer);
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" }, signal: AbortSignal.timeout(10000) });
    if (answer.redirected || answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error(answer.status);
    const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    if (held) return;
    morph(content, next);
    delay = busy;
    if (!("live" in next.dataset)) return stop("up to date", "held");
    say("live", "");
  } catch {
    delay = Math.min(delay * 2, slowest);
    say("connection lost, trying again", "lost");
  }
  if (!held && !document.hidden) timer = setTimeout(refresh, delay);
}

function morph(old, next) {
  if (old.nodeType !== next.nodeType || old.nodeName !== next.nodeName || (old.id ?? "") !== (next.id ?? "")) return old.replaceWith(next);
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== next.data) old.data = next.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  place(old, [...next.childNodes]);
}

// Rows keep their element when others come before them.
function place(parent, wanted) {
  const known = new Map([...parent.children].filter(child => child.id).map(child => [child.id, child]));
  wanted.forEach((next, index) => {
    const here = parent.childNodes[index];
    const same = next.id && known.get(next.id);
    if (same && same !== here) parent.insertBefore(same, here ?? null);
    const old = same || here;
    old ? morph(old, next) : parent.append(next);
  });
  while (parent.childNodes.length > wanted.length) parent.lastChild.remove();
}
