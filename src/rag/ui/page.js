// The conversation. Gradio runs this once, when the shell is in the page, with `element` (the component) and `props`
// (its properties; `texts` holds the strings). All HTML that is inserted was made and escaped by render.py; whatever
// else comes from the reader or the stream is set as text.

const root = element.querySelector(".guide");
const find = (selector, from = root) => from.querySelector(selector);
const findAll = (selector, from = root) => [...from.querySelectorAll(selector)];
const LANGUAGES = ["ko", "en"];
const TURNS_SENT = 8;
const LONG = 120; // characters from which a question is set as text, not as a headline
const TURNS = "guide-turns-1"; // the number changes with the shape of a turn
const limit = Number(root.dataset.limit);
const [conversation, form, box, dialog] = [".conversation", ".composer", "textarea", "dialog"].map((s) => find(s));
const narrow = matchMedia("(max-width: 899px)");
const touch = matchMedia("(pointer: coarse)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let language = "en";
let turns = []; // { question, answer, html, cards, helpful, failure, pending, partial, node }
let running = null; // the AbortController of the answer in the making
let shown = null; // the open card: { turn, marker, opener }

// ---- strings -------------------------------------------------------------------------------------------------------

function say(key, values = {}, code = language) {
  return props.texts[key][LANGUAGES.indexOf(code)].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

// An element that shows a string and switches its language with the page.
function words(tag, className, key, values) {
  return setWords(make(tag, className), key, values);
}

function setWords(node, key, values) {
  for (const code of LANGUAGES) node.dataset[code] = say(key, values, code);
  node.textContent = node.dataset[language];
  return node;
}

function translate(from) {
  for (const node of findAll("[data-ko]", from)) node.textContent = node.dataset[language];
  for (const name of ["aria-label", "aria-description", "title", "placeholder"])
    for (const node of findAll(`[data-${language}-${name}]`, from))
      node.setAttribute(name, node.getAttribute(`data-${language}-${name}`));
}

function setLanguage(code) {
  language = LANGUAGES.includes(code) ? code : "en";
  document.documentElement.lang = language;
  document.title = say("name");
  root.dataset.language = language;
  for (const button of findAll("[data-language]", find(".switch")))
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  translate(root);
  count();
}

// Storage can be switched off in a browser; then the page works, and forgets.
function stored(area, key, value) {
  try {
    return value === undefined ? window[area].getItem(key) : window[area].setItem(key, value);
  } catch {
    return null;
  }
}

// ---- asking --------------------------------------------------------------------------------------------------------

function ask(question) {
  const text = question.trim();
  if (running || !text || text.length > limit) return false;
  const turn = { question: text };
  turns.push(turn);
  draw(turn);
  answer(turn);
  turn.node.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "start" });
  return true;
}

async function answer(turn) {
  const control = (running = new AbortController());
  // An earlier answer to the same question stays in `turn` until a new one is complete.
  Object.assign(turn, { pending: true, failure: "error_network", partial: "" });
  draw(turn);
  update();
  save();
  find(".live").textContent = say("searching");
  try {
    for await (const event of events(turn, control.signal)) receive(turn, event);
  } catch (error) {
    turn.failure = error.name === "AbortError" ? "stopped" : error.failure || "error_network";
  }
  turn.pending = false;
  if (running === control) running = null;
  if (!turns.includes(turn)) return; // a new chat was started meanwhile
  draw(turn);
  announce(turn);
  save();
  update();
}

async function* events(turn, signal) {
  const history = turns.slice(0, turns.indexOf(turn)).filter((earlier) => earlier.answer).slice(-TURNS_SENT)
    .map((earlier) => ({ question: earlier.question, answer: earlier.answer.answer.slice(0, 20000) }));
  const response = await fetch(new URL("page/stream", document.baseURI), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ question: turn.question, history, conversation_id: knownId() }),
    signal,
  });
  if (!response.ok) throw Object.assign(new Error(response.statusText), { failure: failureOf(response.status) });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const blocks = (rest + part.value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) if (block.startsWith("data:")) yield JSON.parse(block.slice(5));
  }
}

// The id that the first answer gave ties the turns together in the records.
function knownId() {
  return turns.find((turn) => turn.conversation)?.conversation ?? "";
}

function failureOf(status) {
  if (status === 429 || status === 503) return "error_busy";
  return status >= 400 && status < 500 ? "error_refused" : "error_server";
}

function receive(turn, event) {
  if (event.type === "retrieved") setWords(find(".working span", turn.node), "reading", { n: event.hits.length });
  if (event.type === "delta") showPartial(turn, event.text);
  if (event.type === "done") accept(turn, event);
  if (event.type === "error") turn.failure = "error_server";
}

function accept(turn, { answer, answer_id, conversation_id, html, cards }) {
  Object.assign(turn, { answer, answer_id, conversation: conversation_id, html, cards, helpful: undefined, failure: "" });
}

// The text so far, set as text; a marker that is still arriving is held back.
function showPartial(turn, text) {
  turn.partial += text;
  const pieces = turn.partial.replace(/\s*\[\d*$|\*\*/g, "").split(/\s*(\[\d+\])/);
  const nodes = pieces.map((piece) => (/^\[\d+\]$/.test(piece) ? make("span", "cite", piece.slice(1, -1)) : piece));
  find(".partial", turn.node).replaceChildren(...nodes);
  find(".working", turn.node).hidden = true;
}

// ---- drawing -------------------------------------------------------------------------------------------------------

function draw(turn) {
  const node = make("article", "turn", make("h2", turn.question.length > LONG ? "question long" : "question", turn.question));
  const body = make("div", "answer");
  if (turn.answer && !turn.pending) {
    body.innerHTML = turn.html;
    translate(body);
  } else {
    body.append(make("div", "said partial", turn.partial));
  }
  if (turn.pending) body.append(make("p", "working", words("span", "", "searching")));
  else if (turn.failure) body.append(failure(turn));
  node.append(body);
  node.turn = turn;
  if (turn.node?.isConnected) turn.node.replaceWith(node);
  else conversation.append(node);
  turn.node = node;
  press(turn);
}

function press(turn) {
  for (const button of findAll("[aria-pressed]", turn.node))
    button.setAttribute("aria-pressed", String(turn.helpful === (button.dataset.action === "helpful")));
}

function failure(turn) {
  const again = make("button", "again", words("span", "", "retry"));
  again.type = "button";
  again.dataset.action = "retry";
  const node = make("div", "failed", again);
  node.setAttribute("role", "alert");
  if (turn.failure !== "stopped") node.prepend(words("strong", "", "error"), " ");
  again.before(words("span", "", turn.failure));
  return node;
}

function update() {
  root.classList.toggle("talking", turns.length > 0);
  for (const action of ["download", "new_chat"]) find(`header [data-action=${action}]`).hidden = !turns.length;
  find("[type=submit]").hidden = Boolean(running);
  find("[data-action=stop]").hidden = !running;
  conversation.setAttribute("aria-busy", String(Boolean(running)));
}

function announce(turn) {
  find(".live").textContent = turn.failure
    ? say(turn.failure)
    : `${say("answered")}: ${turn.answer.answer.replace(/\s*\[\d+\]/g, "")}`;
}

function count() {
  const length = box.value.trim().length;
  const node = find(".count");
  const over = length - limit;
  node.classList.toggle("over", over > 0);
  node.textContent = over > 0 ? say("too_long", { n: over }) : length ? `${length} / ${limit.toLocaleString()}` : "";
  box.setAttribute("aria-invalid", String(over > 0));
  find("[type=submit]").disabled = length === 0 || over > 0;
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
}

// ---- source card ---------------------------------------------------------------------------------------------------

function openCard(turn, marker, opener) {
  const markers = Object.keys(turn.cards);
  const place = markers.indexOf(marker);
  if (place < 0) return;
  shown = { turn, marker, opener };
  setWords(find(".bar p"), "source_n", { n: marker });
  const sheet = find(".sheet");
  sheet.innerHTML = turn.cards[marker];
  translate(sheet);
  find("[data-action=previous]").disabled = place === 0;
  find("[data-action=next]").disabled = place === markers.length - 1;
  for (const node of findAll("[data-marker]")) node.classList.toggle("open", isShown(node));
  if (!dialog.open) narrow.matches ? dialog.showModal() : dialog.show();
  root.classList.add("with-card");
  sheet.scrollTop = 0;
  find("mark", sheet)?.scrollIntoView({ block: "nearest" });
  find("[data-action=close]").focus();
}

function isShown(node) {
  return node.dataset.marker === shown.marker && node.closest(".turn")?.turn === shown.turn;
}

function step(by) {
  const markers = Object.keys(shown.turn.cards);
  openCard(shown.turn, markers[markers.indexOf(shown.marker) + by], shown.opener);
}

dialog.addEventListener("close", () => {
  root.classList.remove("with-card");
  for (const node of findAll("[data-marker].open")) node.classList.remove("open");
  const back = shown?.opener;
  shown = null;
  (back?.isConnected ? back : box).focus();
});

// ---- copying and downloading ---------------------------------------------------------------------------------------

function sourceLine(citation) {
  const dates = [
    citation.published && `${say("published")} ${citation.published}`,
    citation.as_of && say("as_of", { date: citation.as_of }),
  ];
  const parts = [citation.title, citation.section, citation.publisher, ...dates, citation.url || citation.document];
  return `[${citation.marker}] ${parts.filter(Boolean).join(" · ")}\n> ${citation.quote.replace(/\s+/g, " ")}`;
}

function withSources(turn) {
  const { answer: text, citations, notice } = turn.answer;
  const sources = citations.length ? `${say("sources")}\n\n${citations.map(sourceLine).join("\n\n")}` : "";
  return [text, notice, sources].filter(Boolean).join("\n\n");
}

async function copy(turn) {
  try {
    await navigator.clipboard.writeText(withSources(turn));
    tell(turn, "copied");
  } catch {
    tell(turn, "not_copied"); // refused, or the page is not served over https
  }
}

function tell(turn, key) {
  setWords(find(".done", turn.node), key);
}

function download() {
  const day = new Date().toLocaleDateString("sv"); // the Swedish form is ISO's
  const parts = turns.map((turn) => `## ${turn.question}\n\n${turn.answer ? withSources(turn) : say("error")}`);
  const text = [`# ${say("name")}`, say("downloaded_on", { date: day }), ...parts].join("\n\n") + "\n";
  const link = make("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/markdown;charset=utf-8" }));
  link.download = `seoul-ai-guide-${day}.md`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// ---- keeping and clearing ------------------------------------------------------------------------------------------

function save() {
  stored("sessionStorage", TURNS, JSON.stringify(turns.map(({ node, pending, ...kept }) => kept)));
}

function show(list) {
  running?.abort();
  running = null;
  if (dialog.open) dialog.close();
  turns = list;
  conversation.replaceChildren();
  turns.forEach(draw);
  save();
  update();
}

function newChat() {
  const before = turns;
  show([]);
  const undo = words("button", "again", "undo");
  undo.type = "button";
  undo.onclick = () => {
    show(before);
    toast.replaceChildren();
  };
  const toast = find(".toast");
  toast.replaceChildren(words("span", "", "cleared"), undo);
  find(".live").textContent = say("cleared");
  setTimeout(() => undo.isConnected && toast.replaceChildren(), 10000);
  scrollTo({ top: 0 });
  box.focus();
}

// ---- events --------------------------------------------------------------------------------------------------------

function judge(turn, helpful) {
  turn.helpful = helpful;
  press(turn);
  tell(turn, "thanks");
  save();
  fetch(new URL("page/feedback", document.baseURI), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      question: turn.question, answer: turn.answer.answer.slice(0, 20000), answer_id: turn.answer_id, helpful,
    }),
    keepalive: true,
  }).catch(() => {}); // a lost verdict is not worth disturbing the reader
}

const ACTIONS = {
  new_chat: newChat,
  download,
  stop: () => running?.abort(),
  close: () => dialog.close(),
  previous: () => step(-1),
  next: () => step(1),
  copy,
  retry: (turn) => {
    if (running) return;
    answer(turn);
    if (!touch.matches) box.focus({ preventScroll: true });
  },
  helpful: (turn) => judge(turn, true),
  unhelpful: (turn) => judge(turn, false),
};

root.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const turn = event.target.closest(".turn")?.turn;
  if (event.target === dialog && narrow.matches) return dialog.close(); // the backdrop
  if (!button) return;
  if (button.dataset.language) {
    setLanguage(button.dataset.language);
    stored("localStorage", "guide-language", language);
  }
  if (button.dataset.marker) openCard(turn, button.dataset.marker, button);
  if (button.classList.contains("ask") && ask(button.textContent) && !touch.matches) box.focus({ preventScroll: true });
  ACTIONS[button.dataset.action]?.(turn);
});

// Enter ends a Hangul syllable in the making before it sends: such a key is `isComposing`, in Safari only keyCode 229.
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  form.requestSubmit();
});
box.addEventListener("input", count);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!ask(box.value)) return;
  box.value = "";
  count();
  if (touch.matches) box.blur(); // puts the keyboard away, so that the answer can be read
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && dialog.open) dialog.close();
});
narrow.addEventListener("change", () => dialog.open && dialog.close());

setLanguage(stored("localStorage", "guide-language") || (navigator.language.startsWith("ko") ? "ko" : "en"));
show(JSON.parse(stored("sessionStorage", TURNS) || "[]"));
if (!touch.matches && !turns.length) box.focus();
