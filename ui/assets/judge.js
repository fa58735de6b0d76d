// What leaves the chat: a conversation as a file, and what people think of an answer. The server's
// functions `save` and `judge` answer with what was asked for, or with an `error` to show.

let judged = null; // the number of the turn whose form is open
let passage = null; // the right passage: document, start, end

const NO_ANSWER = { error: "The chat could not be reached. Please try again." };
const judgeForm = () => find("#judge form");
const isJudging = () => find("#judge").matches(":popover-open");
const isChoosing = () => isJudging() && !find(".choosing").hidden;
const choosingTop = () => (isChoosing() ? find("#judge").getBoundingClientRect().top : Infinity);

// --- a conversation as a file ---------------------------------------------------------------

async function exportAs(button) {
  const said = find("#export .said");
  said.textContent = "";
  const file = (await server.save({ turns, to: button.dataset.export })) ?? NO_ANSWER;
  if (file.error) {
    said.textContent = file.error;
    return;
  }
  const address = URL.createObjectURL(new Blob([file.text], { type: file.type }));
  make("a", { href: address, download: file.name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  said.textContent = `Saved: ${file.name}`;
}

function readyToExport() {
  for (const button of all("#export li button")) button.disabled = !turns.length;
  find("#export .said").textContent = turns.length ? "" : "Nothing was asked yet.";
}

// --- what people think of an answer ---------------------------------------------------------

async function judge(button) {
  const at = +button.closest(".turn").dataset.number;
  const { verdict } = button.dataset;
  await sendVerdict(at, { verdict });
  if (verdict === "up") leaveForm();
  else openForm(at);
}

async function sendVerdict(at, said) {
  const result = (await server.judge({ turns, at, ...said })) ?? NO_ANSWER;
  if (!result.error) verdicts[at] = said.verdict;
  write();
  showVerdicts();
  const line = find(`#turn-${at} .thumbs .said`);
  if (line) line.textContent = result.error ?? result.said;
  return result;
}

function showVerdicts() {
  for (const button of all("[data-verdict]", element)) {
    const is = verdicts[button.closest(".turn").dataset.number];
    button.setAttribute("aria-pressed", String(is === button.dataset.verdict));
  }
}

function openForm(at) {
  judged = at;
  judgeForm().reset();
  setPassage(null);
  find("#judge .said").textContent = "";
  showChoosing(false);
  find("#judge").showPopover();
  find("h2", judgeForm()).focus();
}

function leaveForm() {
  if (!isJudging()) return;
  find("#judge").hidePopover();
  setView("chat");
  find(`#turn-${judged} [data-verdict="down"]`)?.focus();
}

function showChoosing(isShown) {
  judgeForm().hidden = isShown;
  find(".choosing").hidden = !isShown;
}

function choosePassage() {
  showChoosing(true);
  setView("report");
  find(".report").focus({ preventScroll: true });
}

function endChoosing() {
  showChoosing(false);
  find("[data-choose]").focus();
}

function setPassage(chosen, words = "") {
  passage = chosen;
  const quote = find("#judge blockquote");
  quote.textContent = words;
  quote.hidden = !chosen;
  find("[data-choose]").textContent = chosen ? "Select others" : "Select them in the report";
}

function takePassage() {
  setPassage(selectedSpan(), selectedWords());
  getSelection().removeAllRanges();
  find(".picked").hidden = true;
  endChoosing();
}

// Offsets count characters as Python does.
function selectedSpan() {
  const range = getSelection().getRangeAt(0);
  const count = (text) => Array.from(text).length;
  let [start, end] = [null, null];
  for (const block of all("[data-start]", pane()).filter((each) => range.intersectsNode(each))) {
    let at = +block.dataset.start;
    for (const node of textNodes(block)) {
      const from = node === range.startContainer ? range.startOffset : 0;
      const to = node === range.endContainer ? range.endOffset : node.length;
      if (range.intersectsNode(node) && from < to) {
        start ??= at + count(node.data.slice(0, from));
        end = at + count(node.data.slice(0, to));
      }
      at += count(node.data);
    }
  }
  return start === null ? null : { document: pane().dataset.shown, start, end };
}

document.addEventListener("submit", async (event) => {
  if (!event.target.closest("#judge")) return;
  event.preventDefault();
  const reason = find("input[name=reason]:checked", judgeForm())?.value ?? null;
  const comment = find("#comment").value;
  const { error } = await sendVerdict(judged, { verdict: "down", reason, comment, passage });
  if (error) find("#judge .said").textContent = error;
  else leaveForm();
});
