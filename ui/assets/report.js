// The report: marks at exact offsets, the way to a quote and back, "ask about this".

const PICKED_CHARACTERS = 200;

let painted = null; // the turn whose quotes are marked in the report
let wanted = null; // what is to be shown as soon as its report is open
let origin = null; // the control that led into the report

// Offsets count characters as Python does, so text is cut by code points.
function rangesOf(turn, documentId) {
  return all("[data-document]", turn)
    .filter((source) => source.dataset.document === documentId)
    .flatMap(({ dataset: at }) => {
      const kind = at.marker ? "quote" : "near";
      const quote = { start: +at.start, end: +at.end, marker: at.marker, kind };
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
  for (const block of ranges.length ? all("[data-start]", shown) : []) {
    const [start, end] = [+block.dataset.start, +block.dataset.end];
    const inside = ranges.filter((range) => range.start < end && range.end > start);
    if (inside.length) paintBlock(block, start, end, inside);
  }
  refind();
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
  const mark = make("mark", { textContent: text, tabIndex: -1 });
  mark.className = (ranges.find((range) => range.kind !== "lead") ?? ranges[0]).kind;
  mark.dataset.at = ranges.map((range) => `${range.start}-${range.end}`).join(" ");
  const begun = ranges.filter((range) => range.marker && range.start === from);
  return [...begun.map((range) => badge(range.marker)), mark];
}

function badge(marker) {
  const button = make("button", { type: "button", className: "cite badge", textContent: marker });
  button.dataset.back = marker;
  button.setAttribute("aria-label", `Quote ${marker}: back to the answer`);
  return button;
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
  const holder = source.closest(".turn, .start, [data-holder]");
  if (painted !== holder || !markOf(source)) paint(holder);
  const mark = markOf(source);
  if (!mark) return;
  lit = { document: source.dataset.document, start: +source.dataset.start, end: +source.dataset.end };
  if (isPaper && sheet()) turnTo({ at: lit.start });
  if (focus) {
    setView("report");
    find("[data-return]").hidden = false;
    (isPaper && sheet() ? sheet() : mark).focus({ preventScroll: true });
  }
  // A long way is not travelled: the quote is there at once.
  scrollTo(find(".report"), mark, 0.3, focus ? "instant" : "smooth");
  const marks = all("mark", pane()).filter((other) => other.dataset.at === mark.dataset.at);
  for (const lit of marks) {
    lit.classList.remove("flash");
    void lit.offsetWidth; // restarts the animation
    lit.classList.add("flash");
  }
}

function goBack(target) {
  setView("chat");
  const to = target ?? (origin?.isConnected ? origin : box());
  to.focus({ preventScroll: true });
  if (element.contains(to)) scrollTo(find("#chat-side"), to, 0.3, "instant");
}

function goToHeading(id) {
  const heading = find(`#${id}`);
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  scrollTo(find(".report"), heading, 0.02);
}

// --- asking about words that were selected -------------------------------------------------

let picking = 0;

function selectedWords() {
  const selection = getSelection();
  const report = find(".report");
  if (selection.isCollapsed || !report) return "";
  const inside = report.contains(selection.anchorNode) && report.contains(selection.focusNode);
  return inside ? selection.toString().trim().replace(/\s+/g, " ") : "";
}

function offerToAsk() {
  const offer = find(".picked");
  offer.hidden = selectedWords().length < 3;
  if (offer.hidden) return;
  find("[data-right]", offer).hidden = !isJudging();
  find("[data-pick]", offer).hidden = isJudging();
  const at = getSelection().getRangeAt(0).getBoundingClientRect();
  const frame = find(".report").getBoundingClientRect();
  offer.hidden = at.bottom < frame.top || at.top > frame.bottom;
  const left = Math.min(Math.max(frame.left + 8, at.left), frame.right - offer.offsetWidth - 24);
  const floor = Math.min(frame.bottom, choosingTop()) - offer.offsetHeight - 8;
  const top = Math.min(Math.max(frame.top + 8, at.bottom + 8), floor);
  Object.assign(offer.style, { left: `${left}px`, top: `${top}px` });
}

function askAbout(button) {
  let words = selectedWords();
  if (words.length > PICKED_CHARACTERS) {
    words = `${words.slice(0, PICKED_CHARACTERS).replace(/\s\S*$/, "")}…`;
  }
  getSelection().removeAllRanges();
  find(".picked").hidden = true;
  setView("chat");
  putQuestion(button.dataset.pick.replace("{}", () => words));
}

document.addEventListener("selectionchange", () => {
  clearTimeout(picking);
  picking = setTimeout(offerToAsk, 150);
});
document.addEventListener("mousedown", (event) => {
  if (event.target.closest(".picked")) event.preventDefault(); // the selection stays
});
document.addEventListener("scroll", (event) => {
  if (event.target.matches?.(".report")) offerToAsk();
}, true);
