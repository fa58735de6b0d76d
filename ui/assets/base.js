// The scripts of this folder run as one, in the order that ui/layout.py names, once, when the
// conversation is mounted. `element`, `trigger` and `watch` are Gradio's: the conversation's
// node, its way to send 'ask', 'restore' and 'open' to the server, and news of its changes.

const wide = matchMedia("(min-width: 1000px)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Its text nodes, without the numbers that mark quotes in it.
function textNodes(block) {
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement.closest(".badge")) nodes.push(walker.currentNode);
  }
  return nodes;
}

const box = () => find("#question textarea");
const pane = () => find("#report .pane");
const lastTurn = () => all(".turn", element).at(-1);
const isPending = () => lastTurn()?.dataset.state === "pending";
// What Gradio has not begun it cannot cancel.
const isBegun = () => isPending() && Boolean(find("[data-begun]", lastTurn()));

function make(tag, properties, ...inside) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...inside);
  return node;
}

function say(text) {
  find("#live").textContent = text;
}

function setView(view) {
  document.body.dataset.view = view;
  for (const button of all("[data-view]", find("#bar"))) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
}

function scrollTo(scroller, target, share, behavior = "smooth") {
  const offset = target.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  const top = scroller.scrollTop + offset - scroller.clientHeight * share;
  scroller.scrollTo({ top, behavior: calm.matches ? "instant" : behavior });
}

// The box is Gradio's: it learns of a text only as it would of typing.
function putQuestion(text) {
  const area = box();
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, text);
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const area = make("textarea", { value: button.dataset.copy }); // no clipboard without TLS
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  say("Copied.");
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1600);
}

// What a tab keeps until it is closed. A browser that keeps nothing, because its room is used up or
// its owner forbids it, works without.
function inTab(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function keepInTab(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch {} // goes on without
}
