// Two reports side by side. The server's function `compare_two` answers with tables, or with an
// `error` to show.

let comparing = 0; // the last call; answers to earlier ones come too late

async function openCompare() {
  const selects = all("#compare select");
  const isFirst = !selects[0].options.length;
  await fillReports(selects);
  // Two ticked reports are those to compare.
  if (among.reports.length === 2) selects.forEach((select, i) => (select.value = among.reports[i]));
  else if (isFirst) selects[1].selectedIndex = 1;
  compareTwo();
}

async function compareTwo() {
  const asked = ++comparing;
  const panel = find("#compare");
  const wants = Object.fromEntries(new FormData(find("form", panel)));
  const said = (await server.compare_two(wants)) ?? NO_ANSWER;
  if (asked !== comparing) return;
  find(".said", panel).textContent = said.error ?? said.said;
  find(".rows", panel).innerHTML = said.table ?? ""; // escaped by the server
}

document.addEventListener("input", (event) => {
  if (event.target.closest("#compare")) compareTwo();
});
