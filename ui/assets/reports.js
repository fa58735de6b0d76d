// The reports that are asked: chosen in their panel, shown in the line above the box, kept in this
// tab. The server's function `choose` says what there is to choose from; `known`, `correct`,
// `remove` and `forget` are about single reports.

const AMONG = "peel:among";
const WHOLE = { own: false, kind: "", organisation: "", year: "", overall: "", words: "", reports: [] };

let among = { ...WHOLE, ...keptAmong() }; // what every question is sent with
let choosing = 0; // the last call; answers to earlier ones come too late
let waitingToChoose = 0;
let ownCount = 0;
let rowsShown = null; // the rows of reports, as the server gave them

function keptAmong() {
  try {
    return JSON.parse(inTab(AMONG)) ?? {};
  } catch {
    return {};
  }
}

async function choose(changed = {}) {
  const asked = ++choosing;
  among = { ...among, ...changed };
  const said = (await server.choose(among)) ?? NO_ANSWER;
  if (asked !== choosing) return;
  const panel = find("#reports");
  if (said.error) {
    find(".found", panel).textContent = said.error;
    rowsShown = null; // a tick may be shown that does not count
    return;
  }
  among = said.among;
  keepInTab(AMONG, JSON.stringify(among));
  showChoice(panel, said);
  showAmong(said);
  const isChanged = said.own !== ownCount;
  ownCount = said.own;
  // A conversation that is being opened brings the first screen or its answers itself.
  const isIdle = !turns.length && restoring === null && !opening;
  if (isChanged && isIdle) trigger("again", { turns: [] });
}

function showChoice(panel, said) {
  for (const [name, options] of Object.entries(said.choices)) {
    const select = find(`select[name=${name}]`, panel);
    select.innerHTML = options; // escaped by the server, here and below
    select.closest("label").hidden = select.options.length < 3;
  }
  for (const input of all("[name=own]", panel)) input.checked = Boolean(input.value) === among.own;
  find(".shelves", panel).hidden = !said.own;
  find("[data-count=library]", panel).textContent = `(${said.library})`;
  find("[data-count=own]", panel).textContent = `(${said.own})`;
  const words = find("[name=words]", panel);
  if (words !== document.activeElement) words.value = among.words;
  const several = (among.own ? said.own : said.library) > 1;
  find(".filters", panel).hidden = !several;
  panel.classList.toggle("several", several);
  if (said.library + said.own < 2 && find(".adding", panel)) find(".adding", panel).open = true;
  find(".bar [popovertarget=compare]").hidden = said.library + said.own < 2;
  find(".found", panel).textContent = `${said.found}. Questions are asked of ${said.chosen}.`;
  if (said.rows !== rowsShown) showRows(find(".rows", panel), said.rows);
  find("[data-forget-own]", panel).hidden = !among.own;
}

// Open forms stay open, and whoever is typing or ticking goes on where they are.
function showRows(rows, html) {
  rowsShown = html;
  const held = rows.contains(document.activeElement) ? document.activeElement : null;
  const at = held?.closest("li").dataset.report;
  const shown = new Map(all(".known", rows).map((form) => [form.dataset.document, form]));
  rows.innerHTML = html;
  for (const row of rows.children) {
    const form = shown.get(row.dataset.report);
    if (form) row.append(form);
    const known = find("[data-known]", row);
    known.setAttribute("aria-expanded", String(Boolean(form)));
    if (row.dataset.report === at) (held.isConnected ? held : (find(".tick input", row) ?? known)).focus();
  }
}

function showAmong(said) {
  const line = find("#among");
  line.hidden = said.library + said.own < 2;
  find(".chosen-now", line).textContent = `Asked of ${said.chosen}.`;
  for (const button of all("[data-ask-all]")) button.hidden = said.all && !among.own;
}

function askAll() {
  choose({ ...WHOLE });
}

function openFromList(button) {
  find("#reports").hidePopover();
  setView("report");
  if (pane().dataset.shown === button.dataset.open) find(".report").focus();
  else trigger("open", { document: button.dataset.open });
}

document.addEventListener("input", (event) => {
  const panel = find("#reports");
  if (!panel.contains(event.target)) return;
  const { name, value } = event.target;
  if (event.target.matches(".tick input")) {
    const ticked = all(".tick input:checked", panel).map((input) => input.value);
    const hidden = among.reports.filter((id) => !all(".tick input", panel).some((i) => i.value === id));
    choose({ reports: [...hidden, ...ticked] });
  } else if (name === "own") {
    choose({ ...WHOLE, own: Boolean(value) });
  } else if (name in WHOLE) {
    clearTimeout(waitingToChoose);
    const isTyped = event.target.matches("[type=search]");
    waitingToChoose = setTimeout(() => choose({ [name]: value }), isTyped ? 250 : 0);
  }
});

// --- what is known of a report --------------------------------------------------------------

async function showKnown(button) {
  const row = button.closest("li");
  const shown = find(".known", row);
  button.setAttribute("aria-expanded", String(!shown));
  if (shown) {
    shown.remove();
    return;
  }
  putKnown(row, (await server.known({ document: button.dataset.known })) ?? NO_ANSWER);
}

function putKnown(row, said) {
  const before = find(".known", row);
  if (said.error && before) {
    find(".said", before).textContent = said.error;
    return;
  }
  before?.remove();
  row.insertAdjacentHTML("beforeend", said.form ?? "");
  const line = find(".known .said", row);
  if (line) line.textContent = said.said ?? said.error ?? "";
}

async function removeReport(button) {
  const id = button.dataset.remove;
  if (!button.dataset.sure) {
    button.dataset.sure = "yes";
    button.textContent = "Press again to remove it";
    return;
  }
  const said = (await server.remove({ document: id })) ?? NO_ANSWER;
  if (said.error) {
    find(".said", button.form).textContent = said.error;
    return;
  }
  await changedReports(id);
}

async function forgetOwn() {
  const said = (await server.forget({})) ?? NO_ANSWER;
  say(said.error ?? "Deleted.");
  all("#reports .coming li").forEach((row) => row.remove());
  await changedReports(pane().dataset.shown);
}

// A report that went is not shown any more.
async function changedReports(gone) {
  if (pane().dataset.shown === gone) trigger("open", { document: "" });
  await choose();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.closest("#reports")) return;
  event.preventDefault();
  if (!form.matches(".known")) return;
  const row = form.closest("li");
  const values = Object.fromEntries(new FormData(form));
  const said = (await server.correct({ document: form.dataset.document, values })) ?? NO_ANSWER;
  putKnown(row, said);
  if (!said.error) await choose();
  if (!said.error) say("Kept.");
});
