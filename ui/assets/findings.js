// The register of findings: filled when its panel opens and when a filter changes. The server's
// function `register` answers with a table, or with an `error` to show; `listing` with the reports
// that there are, as options.

let registering = 0; // the last call; answers to earlier ones come too late
let filtering = 0;

// Puts the reports into a panel's selects, behind what each begins with; what was chosen stays.
async function fillReports(selects) {
  const said = (await server.listing({})) ?? NO_ANSWER;
  for (const select of selects) {
    const chosen = select.value;
    all("option[value]:not([value='']), optgroup", select).forEach((each) => each.remove());
    select.insertAdjacentHTML("beforeend", said.options ?? ""); // escaped by the server
    select.value = chosen;
    if (!select.value) select.selectedIndex = 0;
  }
}

async function fillFindings() {
  const asked = ++registering;
  const panel = find("#findings");
  const wants = Object.fromEntries(new FormData(find("form", panel)));
  const said = (await server.register(wants)) ?? NO_ANSWER;
  if (asked !== registering) return;
  find(".found", panel).textContent = said.error ?? said.found;
  find(".rows", panel).innerHTML = said.table ?? ""; // escaped by the server
}

async function openFindings() {
  await fillReports(all("#findings [name=report]"));
  fillFindings();
}

// Also what other panels show of a report; the way back is the button that opens the panel.
function showFinding(button) {
  const panel = button.closest("[popover]");
  panel.hidePopover();
  origin = find(`.bar [popovertarget=${panel.id}]`);
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
