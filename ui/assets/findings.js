// The register of findings: filled when its panel opens and when a filter changes. The server's
// function `register` answers with a table, or with an `error` to show.

let registering = 0; // the last call; answers to earlier ones come too late
let filtering = 0;

async function fillFindings() {
  const asked = ++registering;
  const panel = find("#findings");
  const wants = Object.fromEntries(new FormData(find("form", panel)));
  const said = (await server.register(wants)) ?? NO_ANSWER;
  if (asked !== registering) return;
  find(".found", panel).textContent = said.error ?? said.found;
  find(".rows", panel).innerHTML = said.table ?? ""; // escaped by the server
}

function showFinding(button) {
  find("#findings").hidePopover();
  origin = find("[popovertarget=findings]");
  show(button);
}

function askFinding(button) {
  find("#findings").hidePopover();
  setView("chat");
  putQuestion(button.dataset.ask);
}

document.addEventListener("input", (event) => {
  if (!event.target.closest("#findings")) return;
  clearTimeout(filtering);
  filtering = setTimeout(fillFindings, event.target.matches("input") ? 250 : 0);
});
document.addEventListener("submit", (event) => {
  if (event.target.closest("#findings")) event.preventDefault();
});
