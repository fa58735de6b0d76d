// Runs once, when the conversation is mounted. `element`, `trigger` and `watch` are Gradio's:
// the conversation's node, its way to send 'example', 'clear' and 'open' to the server, and
// news of its changes. Everything else is one listener a kind on the document.

const wide = matchMedia("(min-width: 1000px)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

const box = () => find("#question textarea");
const pane = () => find("#report .pane");
const lastTurn = () => all(".turn", element).at(-1);
const isPending = () => lastTurn()?.dataset.state === "pending";

let painted = null; // the turn whose quotes are marked in the report
let wanted = null; // what is to be shown as soon as its report is open
let origin = null; // the control that led into the report
const opened = new Map(); // disclosures that the reader opened or closed, by id

// --- the report: marks at exact offsets ---------------------------------------------------

// Offsets count characters as Python does, so text is cut by code points.
function rangesOf(turn, documentId) {
  return all("[data-document]", turn)
    .filter((source) => source.dataset.document === documentId)
    .flatMap(({ dataset: at }) => {
      const quote = { start: +at.start, end: +at.end, marker: at.marker, kind: at.marker ? "quote" : "near" };
      if (!at.leadStart) return [quote];
      return [{ start: +at.leadStart, end: +at.leadEnd, kind: "lead" }, quote];
    });
}

function paint(turn) {
  painted = turn;
  const shown = pane();
  for (const block of all("[data-painted]", shown)) {
    all(".badge", block).forEach((badge) => badge.remove());
    block.textContent = block.textContent;
    delete block.dataset.painted;
  }
  const ranges = turn ? rangesOf(turn, shown.dataset.shown) : [];
  for (const block of all("[data-start]", shown)) {
    const [start, end] = [+block.dataset.start, +block.dataset.end];
    const inside = ranges.filter((range) => range.start < end && range.end > start);
    if (inside.length) paintBlock(block, start, end, inside);
  }
}

function paintBlock(block, start, end, ranges) {
  const letters = Array.from(block.textContent);
  const edges = ranges.flatMap((range) => [Math.max(range.start, start), Math.min(range.end, end)]);
  const cuts = [...new Set([start, ...edges, end])].sort((a, b) => a - b);
  const pieces = cuts.slice(1).flatMap((to, i) => {
    const from = cuts[i];
    const text = letters.slice(from - start, to - start).join("");
    return piece(text, from, ranges.filter((range) => range.start <= from && range.end >= to));
  });
  block.replaceChildren(...pieces);
  block.dataset.painted = "";
}

function piece(text, from, ranges) {
  if (!ranges.length) return [text];
  const mark = document.createElement("mark");
  mark.textContent = text;
  mark.tabIndex = -1;
  mark.className = (ranges.find((range) => range.kind !== "lead") ?? ranges[0]).kind;
  mark.dataset.at = ranges.map((range) => `${range.start}-${range.end}`).join(" ");
  const begun = ranges.filter((range) => range.marker && range.start === from);
  return [...begun.map((range) => badge(range.marker)), mark];
}

function badge(marker) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "cite badge";
  button.dataset.back = marker;
  button.textContent = marker;
  button.setAttribute("aria-label", `Quote ${marker}: back to the answer`);
  return button;
}

// --- moving about -------------------------------------------------------------------------

function setView(view) {
  document.body.dataset.view = view;
  for (const button of all("[data-view]", find("#bar"))) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
}

function scrollTo(scroller, target, share) {
  const offset = target.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  const top = scroller.scrollTop + offset - scroller.clientHeight * share;
  scroller.scrollTo({ top, behavior: calm.matches ? "auto" : "smooth" });
}

function markOf(source) {
  return find(`mark[data-at~="${source.dataset.start}-${source.dataset.end}"]`, pane());
}

function show(source, { focus = true } = {}) {
  if (pane().dataset.shown !== source.dataset.document) {
    wanted = () => show(source, { focus });
    trigger("open", { document: source.dataset.document });
    return;
  }
  wanted = null;
  paint(source.closest(".turn"));
  const mark = markOf(source);
  if (!mark) return;
  if (focus) {
    setView("report");
    find("[data-return]").hidden = false;
    mark.focus({ preventScroll: true });
  }
  scrollTo(find(".report"), mark, 0.3);
  const marks = all("mark", pane()).filter((other) => other.dataset.at === mark.dataset.at);
  for (const lit of marks) {
    lit.classList.remove("flash");
    void lit.offsetWidth; // restarts the animation
    lit.classList.add("flash");
  }
}

function goBack(target) {
  setView("chat");
  const to = target ?? origin ?? box();
  to.focus({ preventScroll: true });
  if (element.contains(to)) scrollTo(find("#chat-side"), to, 0.3);
}

// --- what the reader does -----------------------------------------------------------------

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const area = document.createElement("textarea"); // where the page has no clipboard of its own
    area.value = button.dataset.copy;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  say("Copied.");
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1600);
}

function say(text) {
  find("#bar [role=status]").textContent = text;
}

document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest(selector);
  const marker = on(".cite[data-marker], .goto");
  const outline = find(".outline[open]");
  if (outline && !on(".outline")) outline.open = false;
  if (marker) {
    const turn = marker.closest(".turn");
    origin = marker;
    hideTip();
    show(marker.closest("[data-document]") ?? find(`.source[data-marker="${marker.dataset.marker}"]`, turn));
  } else if (on(".badge")) {
    goBack(find(`.answer .cite[data-marker="${on(".badge").dataset.back}"]`, painted));
  } else if (on("[data-return]")) {
    goBack();
  } else if (on("[data-copy]")) {
    copy(on("[data-copy]"));
  } else if (on("[data-view]:not(body)")) {
    setView(on("[data-view]:not(body)").dataset.view);
  } else if (on("[data-goto]")) {
    outline.open = false;
    const heading = find(`#${on("[data-goto]").dataset.goto}`);
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    scrollTo(find(".report"), heading, 0.02);
  } else if (on("[data-question]")) {
    trigger("example", { question: on("[data-question]").dataset.question });
  } else if (on("[data-clear]")) {
    setView("chat");
    trigger("clear", {});
    box().focus();
  }
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-choice]")) return;
  wanted = null;
  trigger("open", { document: event.target.value });
});

document.addEventListener("toggle", ({ target }) => {
  if (target.id) opened.set(target.id, target.open);
}, true);

// One question at a time: while an answer is on its way, what is typed stays in the box.
function hold(event) {
  const sends = event.type === "click" ? "#send" : "#question";
  if (!event.target.closest?.(sends) || !isPending()) return;
  if (event.type === "keydown" && (event.key !== "Enter" || event.shiftKey)) return;
  event.preventDefault();
  event.stopPropagation();
}
addEventListener("keydown", hold, true);
addEventListener("click", hold, true);

// --- a marker's quote, on hover and focus ---------------------------------------------------

let leaving = 0;

function showTip(marker) {
  const source = find(`.source[data-marker="${marker.dataset.marker}"]`, marker.closest(".turn"));
  const tip = find(".tip");
  if (!source || source.contains(marker)) return;
  const where = document.createElement("strong");
  where.textContent = source.closest("ol").previousElementSibling.textContent;
  const quote = document.createElement("span");
  quote.textContent = find("blockquote", source).textContent;
  tip.replaceChildren(where, quote);
  tip.hidden = false;
  const at = marker.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left - 24), innerWidth - tip.offsetWidth - 8);
  const above = at.top - tip.offsetHeight - 6;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 8 ? above : at.bottom + 6}px`;
}

function hideTip() {
  find(".tip").hidden = true;
}

function overTip({ type, target }) {
  clearTimeout(leaving);
  const marker = target.closest?.("#chat .cite");
  if (marker) showTip(marker);
  else if (type === "focusin" || !target.closest?.(".tip")) leaving = setTimeout(hideTip, 150);
}
document.addEventListener("mouseover", overTip);
document.addEventListener("focusin", overTip);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (find(".outline[open]")) find(".outline").open = false;
  else if (!find(".tip").hidden) hideTip();
  else if (pane().contains(document.activeElement) && origin) goBack();
});

// --- news from the server -------------------------------------------------------------------

let turns = 0;
let state = "";

watch("value", () => {
  const turn = lastTurn();
  const [count, now] = [all(".turn", element).length, turn?.dataset.state ?? ""];
  for (const [id, open] of opened) {
    const disclosure = document.getElementById(id);
    if (disclosure) disclosure.open = open;
  }
  if (!turn) opened.clear();
  if (turn && (count > turns || state !== now)) {
    say(turn.dataset.status);
    if (now === "pending" || turns === 0) scrollTo(find("#chat-side"), turn, 0);
    if (now === "pending" && wide.matches) box().focus();
  }
  if (now !== state || count !== turns) {
    paint(now === "pending" ? painted : turn);
    const first = turn && find(".source[data-marker]", turn);
    if (first && wide.matches) show(first, { focus: false });
  }
  [turns, state] = [count, now];
});

new MutationObserver(() => (wanted ?? paint)(lastTurn())).observe(find("#report"), {
  subtree: true,
  attributeFilter: ["data-shown"],
});

// On a phone, focus would open the keyboard over the first screen.
function begin() {
  if (!box()) requestAnimationFrame(begin);
  else if (wide.matches) box().focus({ preventScroll: true });
}

setView("chat");
begin();
