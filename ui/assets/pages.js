// The printed page: a PDF's page as an image in the report pane, the quoted words marked on it.
// The server's function `paint` answers with the page, or with an `error` to show.

let isPaper = false; // whether the reader wants pages rather than the typeset text
let lit = null; // what was last shown in the report: document, start, end
let turning = 0; // the last page asked for; answers to earlier ones come too late

const sheet = () => find(".sheet", pane());

function usePaper(on) {
  isPaper = on;
  if (!sheet()) return;
  const at = placeInReport();
  sheet().hidden = !on;
  find(".report", pane()).hidden = on;
  find("[data-paper]", pane()).setAttribute("aria-pressed", String(on));
  if (on) turnTo({ at });
}

// The offset that is being read: that of the quote shown last, else of the first line in sight.
function placeInReport() {
  if (lit?.document === pane().dataset.shown) return lit.start;
  const top = find(".report", pane()).getBoundingClientRect().top;
  const first = all("[data-start]", pane()).find((block) => block.getBoundingClientRect().top >= top);
  return +(first?.dataset.start ?? 0);
}

async function turnTo({ page = 0, at = 0 }) {
  const asked = ++turning;
  const document = pane().dataset.shown;
  const ranges = (painted ? rangesOf(painted, document) : []).slice(0, 40);
  const spans = ranges.map(({ start, end }) => ({ start, end }));
  sheet().setAttribute("aria-busy", "true");
  const shown = (await server.paint({ document, page, at, spans })) ?? NO_ANSWER;
  if (asked !== turning || pane().dataset.shown !== document) return;
  sheet().removeAttribute("aria-busy");
  const paper = find(".paper", sheet());
  if (shown.error) {
    find(".sheet-at", sheet()).textContent = shown.error;
    paper.replaceChildren();
    return;
  }
  const count = shown.marks.length;
  find(".sheet-at", sheet()).textContent = `Page ${shown.page} of ${shown.pages}`;
  for (const button of all("[data-turn]", sheet())) {
    const to = shown.page + +button.dataset.turn;
    button.dataset.to = to;
    button.disabled = to < 1 || to > shown.pages;
  }
  const marked = count ? `, the quoted words marked in ${count} ${count > 1 ? "lines" : "line"}` : "";
  const image = make("img", { src: shown.image, alt: `Page ${shown.page} as printed${marked}` });
  image.style.aspectRatio = `${shown.width} / ${shown.height}`;
  const marks = shown.marks.map(([which, x, y, width, height]) => {
    const spot = make("span", { className: `spot ${ranges[which].kind}` });
    spot.classList.toggle("lit", ranges[which].start === lit?.start && ranges[which].end === lit.end);
    const share = { left: x / shown.width, width: width / shown.width,
      top: y / shown.height, height: height / shown.height };
    for (const [side, part] of Object.entries(share)) spot.style[side] = `${100 * part}%`;
    return spot;
  });
  paper.replaceChildren(make("div", { className: "leaf" }, image, ...marks));
  await image.decode().catch(() => {});
  const first = find(".spot.lit", paper) ?? find(".spot", paper) ?? paper;
  if (paper.isConnected) scrollTo(paper, first, 0.3, "instant");
}
