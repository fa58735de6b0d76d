// Search in the report: every match is lit by the browser's own highlights, the text stays as
// it is, so that quotes can be marked in it at the same time.

let matches = [];
let here = -1;

// Letter for letter, so that places in the folded text are places in the text.
function fold(text) {
  return Array.from(text, (letter) => {
    const lower = letter.toLowerCase();
    return lower.length === letter.length ? lower : letter;
  }).join("").replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/\s/g, " ");
}

function matchesIn(block, query) {
  const nodes = [];
  let text = "";
  for (const node of textNodes(block)) {
    nodes.push({ node, start: text.length });
    text += node.data;
  }
  const folded = fold(text);
  const found = [];
  for (let at = folded.indexOf(query); at >= 0; at = folded.indexOf(query, at + query.length)) {
    const range = new Range();
    const holder = (place) => nodes.findLast(({ start }) => start <= place);
    const [first, last] = [holder(at), holder(at + query.length - 1)];
    range.setStart(first.node, at - first.start);
    range.setEnd(last.node, at + query.length - last.start);
    found.push(range);
  }
  return found;
}

function light(name, ranges) {
  if (!globalThis.CSS?.highlights) return;
  if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
  else CSS.highlights.delete(name);
}

function search({ keep = false } = {}) {
  const query = fold(find("#find").value.trim().replace(/\s+/g, " "));
  matches = query ? all("[data-start]", pane()).flatMap((block) => matchesIn(block, query)) : [];
  here = keep ? Math.min(here, matches.length - 1) : -1;
  light("found", matches);
  if (!keep && matches.length) step(1);
  else tellMatches(query);
}

// Marking quotes makes new text nodes, which the matches have to be found in again.
function refind() {
  if (find("#find").value) search({ keep: true });
}

function step(by) {
  if (!matches.length) return;
  here = (here + by + matches.length) % matches.length;
  scrollTo(find(".report"), matches[here], 0.3, "instant");
  tellMatches(find("#find").value.trim());
}

function tellMatches(query) {
  light("found-here", here >= 0 ? [matches[here]] : []);
  const some = matches.length > 0;
  for (const button of all("[data-find]")) button.disabled = !some;
  const hits = some ? `${here + 1} of ${matches.length}` : query ? "no match" : "";
  find(".hits").textContent = hits;
}

document.addEventListener("input", (event) => {
  if (event.target.id === "find") search();
});
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "find" || event.key !== "Enter") return;
  event.preventDefault();
  step(event.shiftKey ? -1 : 1);
});
