// Reports that the reader adds: chosen or dropped, sent one after another, each with how far it
// has come. The server takes a file's bytes at `reports` and answers with a line of JSON a step.

const STAGES = {
  waiting: "waiting for its turn",
  reading: "being read",
  embedding: "being indexed",
  saving: "being saved",
};

const coming = []; // files still to be sent
let isSending = false;
let sent = { files: 0, ms: 0 };

const adding = () => find("#reports .adding");

function addFiles(files) {
  if (!adding()) return;
  const to = find("[name=to]:checked", adding())?.value ?? "own";
  for (const file of files) {
    const line = make("span", { className: "small" }, "waiting");
    const bar = make("progress", { max: 1, value: 0 });
    bar.setAttribute("aria-label", `Progress of ${file.name}`);
    const row = make("li", {}, make("b", { dir: "auto" }, file.name), bar, line);
    find(".coming", adding()).append(row);
    coming.push({ file, to, row, line, bar });
  }
  adding().open = true;
  if (!find("#reports").matches(":popover-open")) find("#reports").showPopover();
  if (!isSending) sendAll();
}

async function sendAll() {
  isSending = true;
  find(".coming", adding()).setAttribute("aria-busy", "true");
  sent = { files: 0, ms: 0 };
  let last = null;
  while (coming.length) {
    const begun = performance.now();
    const next = coming.shift();
    const said = await send(next).catch(() => NO_ANSWER);
    finish(next, said);
    sent = { files: sent.files + 1, ms: sent.ms + performance.now() - begun };
    if (said.report) last = { ...said, to: next.to };
  }
  isSending = false;
  // What was added is what the next question is about, and it lies open.
  if (last) {
    trigger("open", { document: last.report });
    await choose(last.to === "own" ? { ...WHOLE, own: true } : {});
  }
  find(".coming", adding()).removeAttribute("aria-busy");
}

async function send({ file, to, line, bar }) {
  const most = +adding().dataset.most;
  if (file.size > most) return { error: `This file has more than ${most / 2 ** 20} MB, which is too much here.` };
  const address = `${window.gradio_config.root}/reports?to=${to}&name=${encodeURIComponent(file.name)}`;
  const response = await fetch(address, { method: "POST", body: file });
  if (!response.body || !response.headers.get("Content-Type")?.includes("ndjson")) {
    return response.json();
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let [rest, said] = ["", NO_ANSWER];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return said;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const each of lines) {
      said = JSON.parse(each);
      if (said.stage) tell(said, line, bar);
    }
  }
}

function tell({ stage, done, total }, line, bar) {
  if (stage === "embedding") bar.value = total ? done / total : 0;
  else if (stage === "saving") bar.value = 1;
  const left = sent.files ? Math.ceil(((sent.ms / sent.files) * (coming.length + 1)) / 1000) : 0;
  line.textContent = STAGES[stage] + (left && coming.length ? `; about ${left} s for all` : "");
}

function finish({ file, row, line, bar }, said) {
  bar.remove();
  row.className = said.error ? "refused" : "added";
  const how = said.new === false ? "is here already" : "can be asked now";
  line.textContent = said.error ?? how;
  say(`${file.name}: ${line.textContent}`);
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("#reports [type=file]")) return;
  addFiles(event.target.files);
  event.target.value = "";
});

// --- dropped anywhere on the page -----------------------------------------------------------

const hasFiles = (event) => Boolean(adding()) && event.dataTransfer?.types.includes("Files");

addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  document.body.classList.add("dropping");
}, true);
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.body.classList.remove("dropping");
}, true);
addEventListener("drop", (event) => {
  document.body.classList.remove("dropping");
  if (!hasFiles(event)) return;
  event.preventDefault();
  event.stopPropagation();
  addFiles(event.dataTransfer.files);
}, true);
