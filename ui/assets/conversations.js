// Conversations, kept by this browser and nobody else: each under a key of its own, named by
// its first question. A tab has one of them open; two tabs never write to the same one.

const KEY = "peel:conversation:";
const OPEN = "peel:open";
const MOST = 50;

let open = null; // the id of the conversation of this tab
let turns = []; // its answers, as the server gave them
let verdicts = {}; // what the reader thinks of answers, by their number
let opening = 0; // conversations that wait for their lock
let restoring = null; // how many answers of a kept conversation are being shown again
let dropped = null; // the answers shown when a question on its way was left
let release = () => {};

const newId = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;

function read(id) {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY + id));
    return Array.isArray(stored?.turns) && stored.turns.length ? stored : null;
  } catch {
    return null;
  }
}

function keptConversations() {
  return keys()
    .filter((key) => key.startsWith(KEY))
    .map((key) => ({ id: key.slice(KEY.length), ...read(key.slice(KEY.length)) }))
    .filter((stored) => stored.turns)
    .sort((a, b) => b.at - a.at);
}

function keys() {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}

function forget(id) {
  try {
    localStorage.removeItem(KEY + id);
  } catch {} // nothing is kept there
}

// Where the browser's room is used up, the oldest conversations make way.
function write() {
  if (!turns.length) return forget(open);
  const others = keptConversations().filter(({ id }) => id !== open);
  for (const old of others.splice(MOST - 1)) forget(old.id);
  for (;;) {
    try {
      localStorage.setItem(KEY + open, JSON.stringify({ at: Date.now(), turns, verdicts }));
      return;
    } catch {
      if (!others.length) return say("This browser has no room to keep the conversation.");
      forget(others.pop().id);
    }
  }
}

// Resolves to whether this tab may write to the conversation; the lock lasts as long as the tab.
function hold(id) {
  release();
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(800);
    navigator.locks
      .request(KEY + id, { signal }, () => new Promise((done) => {
        release = done;
        resolve(true);
      }))
      .catch(() => resolve(false));
  });
}

// A conversation that another tab has open is shown here too, and goes on as a copy.
async function openConversation(id) {
  const [wasPending, wasBegun] = [isPending(), isBegun()];
  const stored = read(id);
  opening += 1;
  open = stored && (await hold(id)) ? id : newId();
  if (open !== id) await hold(open);
  opening -= 1;
  keepInTab(OPEN, open);
  const shown = stored?.turns ?? [];
  dropped = wasPending ? shown : null;
  restoring = shown.length;
  trigger(wasPending && !wasBegun ? "again" : "restore", { turns: shown });
}

document.addEventListener("peel:kept", ({ detail }) => {
  element.classList.remove("waiting");
  const shown = Array.isArray(detail) ? detail : [];
  const isOld = restoring !== null && shown.length <= restoring;
  // Answers that the reports here do not prove are not shown; what is kept of them stays.
  if (isOld && shown.length < (read(open)?.turns.length ?? 0)) {
    open = newId();
    hold(open);
    keepInTab(OPEN, open);
  }
  keepVerdicts(isOld ? (read(open)?.verdicts ?? {}) : verdicts, isOld ? shown : turns, shown);
  turns = shown;
  if (!isOld) write();
  restoring = null;
});

// What was thought of an answer is not thought of another one in its place.
function keepVerdicts(before, judgedTurns, shown) {
  const same = (n) => JSON.stringify(judgedTurns[n]) === JSON.stringify(shown[n]);
  verdicts = Object.fromEntries(Object.entries(before).filter(([n]) => shown[n] && same(n)));
  showVerdicts();
}

function listConversations() {
  const rows = keptConversations().map(({ id, turns: [first], at }) => {
    const name = make("button", { type: "button", className: "named" }, first.question);
    name.dataset.openConversation = id;
    if (id === open) name.setAttribute("aria-current", "true");
    const date = new Date(at).toLocaleDateString([], { day: "numeric", month: "short" });
    const bin = make("button", { type: "button", className: "bin" }, "×");
    bin.dataset.forget = id;
    bin.setAttribute("aria-label", `Delete “${first.question}”`);
    return make("li", {}, name, make("span", { className: "small" }, date), bin);
  });
  const none = make("li", { className: "small" }, "None yet.");
  find("#kept ul").replaceChildren(...(rows.length ? rows : [none]));
  find("[data-forget-all]").hidden = !rows.length;
  find("[data-clear]").hidden = !turns.length;
}

function forgetConversation(id) {
  forget(id);
  if (id === open) openConversation(newId());
  listConversations();
}

function forgetAll() {
  for (const { id } of keptConversations()) forget(id);
  openConversation(newId());
  find("#kept").hidePopover();
}
