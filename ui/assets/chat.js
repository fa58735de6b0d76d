// The conversation: asking, wording anew, undoing; a marker's quote on hover; news from the server.

const WRITER = "peel:writer";
const opened = new Map(); // disclosures that the reader opened or closed, by id

function ask(question, at, alone = false) {
  if (isPending()) return;
  dropped = null;
  trigger("ask", { question, at, alone, among });
}

// What is typed; while an answer is on its way it stays in the box.
function askTyped() {
  if (isPending()) return;
  const question = box().value;
  putQuestion("");
  ask(question, turns.length);
}

// --- a question worded anew in its place ----------------------------------------------------

function edit(button) {
  const turn = button.closest(".turn");
  const form = find(".editor", turn);
  const area = find("textarea", form);
  area.value = button.dataset.edit || form.dataset.questionText;
  form.dataset.alone = button.dataset.edit ? "alone" : "";
  form.hidden = false;
  find(".asked", turn).hidden = true;
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
  form.scrollIntoView({ block: "nearest" });
}

function closeEditor(form) {
  const asked = find(".asked", form.closest(".turn"));
  form.hidden = true;
  asked.hidden = false;
  find("[data-edit]", asked).focus();
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest(".editor");
  if (!form) return;
  event.preventDefault();
  const at = +form.closest(".turn").dataset.number;
  ask(find("textarea", form).value, at, Boolean(form.dataset.alone));
});

function undo(turn) {
  if (isPending()) return;
  const question = find(".editor", turn).dataset.questionText;
  turns = turns.slice(0, +turn.dataset.number);
  write();
  trigger("restore", { turns });
  putQuestion(question);
}

// --- what the reader does -------------------------------------------------------------------

const actions = {
  ".cite[data-marker], .goto": (marker) => {
    const turn = marker.closest(".turn");
    origin = marker;
    hideTip();
    show(marker.closest("[data-document]") ?? find(`.source[data-marker="${marker.dataset.marker}"]`, turn));
  },
  ".badge": (marker) => goBack(find(`.answer .cite[data-marker="${marker.dataset.back}"]`, painted)),
  "[data-return]": () => goBack(),
  "[data-copy]": copy,
  "[data-pick]": askAbout,
  "[data-right]": takePassage,
  "[data-choose]": choosePassage,
  "[data-choose-not]": endChoosing,
  "[data-leave]": leaveForm,
  "[data-verdict]": judge,
  "[data-export]": exportAs,
  "[data-print]": () => {
    find("#export").hidePopover();
    print();
  },
  "[data-finding]": showFinding,
  "[data-ask]": askFinding,
  "[data-ask-all]": askAll,
  "[data-open]": openFromList,
  "[data-known]": showKnown,
  "[data-remove]": removeReport,
  "[data-forget-own]": forgetOwn,
  "[data-paper]": () => usePaper(!isPaper),
  "[data-turn]": (button) => turnTo({ page: +button.dataset.to }),
  "[data-find]": (button) => step(+button.dataset.find),
  "[data-goto]": (entry) => goToHeading(entry.dataset.goto),
  "[data-question]": (button) => ask(button.dataset.question, turns.length),
  "[data-edit]": edit,
  "[data-cancel]": (button) => closeEditor(button.form),
  "[data-retry]": (button) => {
    const turn = button.closest(".turn");
    ask(find(".editor", turn).dataset.questionText, +turn.dataset.number);
  },
  "[data-undo]": (button) => undo(button.closest(".turn")),
  "[data-new]": () => {
    setView("chat");
    find("#kept").hidePopover();
    openConversation(newId());
    box().focus();
  },
  "[data-open-conversation]": (button) => {
    setView("chat");
    find("#kept").hidePopover();
    openConversation(button.dataset.openConversation);
  },
  "[data-forget]": (button) => forgetConversation(button.dataset.forget),
  "[data-clear]": () => forgetConversation(open),
  "[data-forget-all]": forgetAll,
  "button[data-view]": (button) => setView(button.dataset.view),
  ".skip": (link) => {
    const toReport = link.hash === "#report";
    setView(toReport ? "report" : "chat");
    (toReport ? find(isPaper && sheet() ? ".sheet" : ".report") : box()).focus();
  },
};

document.addEventListener("click", (event) => {
  const outline = find(".outline[open]");
  if (outline && (!event.target.closest(".outline") || event.target.closest("[data-goto]"))) {
    outline.open = false;
  }
  for (const [selector, act] of Object.entries(actions)) {
    const target = event.target.closest(selector);
    if (!target) continue;
    if (target.matches(".skip")) event.preventDefault();
    act(target);
    return;
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("#writer input")) keepInTab(WRITER, event.target.value);
  if (!event.target.matches("[data-choice]")) return;
  wanted = null;
  trigger("open", { document: event.target.value });
});

document.addEventListener("beforetoggle", ({ target, newState }) => {
  if (newState !== "open") return;
  if (target.id === "kept") listConversations();
  if (target.id === "export") readyToExport();
  if (target.id === "findings") openFindings();
  if (target.id === "compare") openCompare();
  if (target.id === "reports") choose();
}, true);

document.addEventListener("toggle", ({ target }) => {
  if (target.matches("details[id]")) opened.set(target.id, target.open);
}, true);

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(".editor");
  if (form && event.key === "Enter" && !event.shiftKey && event.target.matches("textarea")) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key !== "Escape") {
    return;
  } else if (form) {
    closeEditor(form);
  } else if (isChoosing()) {
    endChoosing();
  } else if (isJudging()) {
    leaveForm();
  } else if (find(".outline[open]")) {
    find(".outline").open = false;
    find(".outline summary").focus();
  } else if (!find(".tip").hidden) {
    hideTip();
  } else if (isPending()) {
    find("#stop").click();
  } else if (find("#report").contains(document.activeElement) && origin) {
    goBack();
  }
});

// Enter asks; not where it chooses a word that an input method proposes.
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  if (!event.target.closest?.("#question")) return;
  event.preventDefault();
  event.stopPropagation();
  askTyped();
}, true);

// Stop waits until the question is being worked on.
let isStopping = false;

addEventListener("click", (event) => {
  if (event.target.closest?.("#send")) askTyped();
  if (!event.target.closest?.("#stop")) return;
  isStopping = isPending() && !isBegun();
  if (isStopping) event.stopPropagation();
}, true);

// For paper, what is folded is unfolded.
addEventListener("beforeprint", () => {
  for (const folded of all("details:not([open])", element)) {
    folded.open = true;
    folded.dataset.unfolded = "";
  }
});
addEventListener("afterprint", () => {
  for (const folded of all("[data-unfolded]", element)) {
    folded.open = false;
    delete folded.dataset.unfolded;
  }
});

// --- a marker's quote, on hover and focus ---------------------------------------------------

let leaving = 0;

function showTip(marker) {
  const source = find(`.source[data-marker="${marker.dataset.marker}"]`, marker.closest(".turn"));
  const tip = find(".tip");
  if (!source || source.contains(marker)) return;
  const where = source.closest("ol").previousElementSibling.textContent;
  const quote = [...find("blockquote", source).childNodes].map((node) => node.cloneNode(true));
  tip.replaceChildren(make("strong", {}, where), ...quote);
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

// --- news from the server -------------------------------------------------------------------

let count = 0;
let state = "";

watch("value", () => {
  element.classList.remove("waiting");
  const turn = lastTurn();
  const [before, was] = [count, state];
  [count, state] = [all(".turn", element).length, turn?.dataset.state ?? ""];
  // News of a question that was left may come after what took its place.
  if (dropped && state === "pending") trigger("again", { turns: dropped });
  if (isStopping && isBegun()) find("#stop").click();
  if (state !== "pending") isStopping = false;
  for (const [id, isOpen] of opened) {
    const disclosure = document.getElementById(id);
    if (disclosure) disclosure.open = isOpen;
  }
  if (!turn) opened.clear();
  if (turn && (count > before || state !== was)) {
    say(turn.dataset.status);
    if (state === "pending" || before === 0) scrollTo(find("#chat-side"), turn, 0);
    if (state === "pending") (wide.matches ? box() : find("h2", turn)).focus({ preventScroll: true });
  }
  showVerdicts();
  if (count !== before || state !== was) {
    if (judged >= count) leaveForm();
    paint(state === "pending" ? painted : turn);
    const first = turn && find(".source[data-marker]", turn);
    if (first && wide.matches) show(first, { focus: false });
  }
});

new MutationObserver(() => {
  (wanted ?? paint)(lastTurn());
  if (isPaper) usePaper(true);
}).observe(find("#report"), {
  subtree: true,
  attributeFilter: ["data-shown"],
});

// Who is to answer stays chosen in this tab. On a phone, focus would open the keyboard over the
// first screen.
function begin() {
  if (!box()) {
    requestAnimationFrame(begin);
    return;
  }
  const writer = inTab(WRITER);
  all("#writer input").find(({ value, checked }) => value === writer && !checked)?.click();
  if (wide.matches) box().focus({ preventScroll: true });
}

setView("chat");
const last = inTab(OPEN);
if (last && read(last)) {
  element.classList.add("waiting");
  openConversation(last);
} else {
  open = newId();
  hold(open);
  keepInTab(OPEN, open);
}
choose();
begin();
