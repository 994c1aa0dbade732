// The panel: conversation and composer. `widget.js` fetches it when it is first opened; `routes.py` joins it with the
// modules it imports. What comes from the visitor, the documents or a model is set as text, never as HTML.

import { answerNodes, plain, reveal } from "./answer.js";
import { Card } from "./card.js";
import { Client, Failure } from "./client.js";

const TURNS = "seoul-ai-guide-1"; // in the tab's storage; the number changes with the shape of a turn
const TOKEN = "seoul-ai-guide-token";
const KEPT = 30; // turns
const SHOWN = 4; // sources; the rest is behind a summary
const OLD = 2; // from this age in years on, a date tells how old it is
const ICONS = {
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M8 8h8v8H8z",
  fresh: "M12 5v14M5 12h14",
  back: "M14.5 6l-6 6 6 6",
  previous: "M6 14.5l6-6 6 6",
  next: "M6 9.5l6 6 6-6",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  up: "M7 11v9H4v-9zm0 0l4-7c1.6 0 2.4 1 2.1 2.5L12.5 10H18c1.4 0 2.3 1.2 2 2.5l-1.3 5.6A2.4 2.4 0 0 1 16.4 20H7",
  down: "M17 13V4h3v9zm0 0l-4 7c-1.6 0-2.4-1-2.1-2.5l.6-3.5H6c-1.4 0-2.3-1.2-2-2.5l1.3-5.6A2.4 2.4 0 0 1 7.6 4H17",
};
const phone = matchMedia("(max-width: 599px)");
const touch = matchMedia("(pointer: coarse)");

export class Panel {
  constructor(loader) {
    Object.assign(this, loader); // base, root, guide, launcher, SEAL, OPEN, make, drawing, data, stored, emit
    this.say = this.say.bind(this);
    this.client = new Client(this.base, this.stored(TOKEN), (token) => this.stored(TOKEN, token));
    this.turns = this.remembered();
    this.limit = 1000;
    this.build();
    this.listen();
  }

  // ---- opening and closing ---------------------------------------------------------------------------------------------

  open(focus = true) {
    if (!this.dialog.open) {
      this.show();
      this.stored(this.OPEN, "1");
      this.emit("open");
    }
    if (focus) this.box.focus();
    if (!this.settings) this.configure();
  }

  close() {
    if (this.dialog.open) this.dialog.close();
  }

  // On a phone the panel is the page, so the page behind is out of reach; beside a wider page it leaves it usable.
  show() {
    if (phone.matches) this.dialog.showModal();
    else this.dialog.open = true; // unlike show(), takes no focus
    this.guide.classList.add("opened");
    this.launcher.ariaExpanded = "true";
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.measure();
  }

  closed() {
    if (this.dialog.open) return; // it only changed its kind
    this.guide.classList.remove("opened");
    this.launcher.ariaExpanded = "false";
    this.stored(this.OPEN, null);
    if ([this.root.host, document.body].includes(document.activeElement)) this.launcher.focus();
    this.emit("close");
  }

  async configure() {
    try {
      this.settings = await this.client.config();
    } catch {
      return; // the panel works without starters; the first question will tell what is wrong
    }
    this.limit = this.settings.limits.question;
    this.greet();
  }

  // ---- the frame ---------------------------------------------------------------------------------------------------------

  say(key, values = {}) {
    return this.texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  button(className, action, ...children) {
    const node = this.make("button", className, ...children);
    node.type = "button";
    if (action) node.addEventListener("click", action);
    return node;
  }

  // A button that shows a picture and is called by its words.
  tool(name, action) {
    const node = this.button("tool", action, this.drawing(ICONS[name], 24));
    node.title = this.say(name);
    node.ariaLabel = this.say(name);
    return node;
  }

  build() {
    const { make } = this;
    this.dialog = make("dialog", "panel");
    this.dialog.setAttribute("aria-labelledby", "name");
    this.live = make("p", "live");
    this.live.role = "status";
    this.list = make("div", "turns");
    this.empty = make("section", "empty");
    this.scroll = make("div", "scroll", this.empty, this.list);
    this.scroll.tabIndex = -1;
    this.box = make("textarea");
    this.box.rows = 1;
    this.box.enterKeyHint = "send";
    this.box.setAttribute("aria-describedby", "note");
    this.count = make("span", "count");
    this.main = make("div", "main");
    this.card = new Card(this);
    this.dialog.append(this.main, this.card.node, this.live);
    this.guide.append(this.dialog);
  }

  // Everything in the visitor's language: at the start, and when the page has changed its own.
  async speak(code) {
    if (this.spoken === code) return;
    this.texts = await (await this.data(`${code}.json`)).json();
    this.spoken = code;
    const { make } = this;
    const name = make("h2", "", this.say("name"));
    name.id = "name";
    const note = make("span", "", this.say("privacy"));
    note.id = "note";
    this.fresh = this.tool("fresh", () => this.restart());
    this.sender = this.tool("send");
    this.sender.type = "submit";
    this.stopper = this.tool("stop", () => this.running?.abort());
    this.sender.className = this.stopper.className = "send";
    const form = make("form", "composer", make("div", "box", this.box, this.sender, this.stopper), make("p", "hint", note, this.count));
    form.addEventListener("submit", (event) => this.submit(event));
    this.box.placeholder = this.say("placeholder");
    this.box.ariaLabel = this.say("question");
    const header = make("header", "", this.drawing(this.SEAL, 32), name, this.fresh, this.tool("close", () => this.close()));
    this.main.replaceChildren(header, this.scroll, form);
    this.greet();
    this.turns.forEach((turn) => this.draw(turn));
    this.update();
    this.counted();
  }

  greet() {
    const { make } = this;
    const starters = this.settings?.starters[this.spoken] || [];
    this.empty.replaceChildren(make("p", "hero", this.say("hero")), make("p", "lead", this.say("lead")));
    if (starters.length) this.empty.append(this.questions("starters", starters.slice(0, 4)));
  }

  questions(key, texts) {
    const items = texts.map((text) => this.make("li", "", this.button("ask", () => this.ask(text), text)));
    return this.make("section", "questions", this.make(key === "starters" ? "h3" : "h4", "label", this.say(key)), this.make("ul", "", ...items));
  }

  listen() {
    this.dialog.addEventListener("close", () => this.closed());
    this.dialog.addEventListener("cancel", (event) => { // a phone's way back
      event.preventDefault();
      this.escape();
    });
    this.dialog.addEventListener("keydown", (event) => this.pressed(event));
    // The keys a visitor types here are no shortcuts of the host page.
    for (const type of ["keydown", "keyup", "keypress"]) this.guide.addEventListener(type, (event) => event.stopPropagation());
    this.box.addEventListener("input", () => this.counted());
    phone.addEventListener("change", () => {
      if (!this.dialog.open) return;
      this.dialog.close();
      this.show();
    });
    visualViewport.addEventListener("resize", () => this.measure());
  }

  // A phone's keyboard covers part of the screen; the panel keeps to what is left.
  measure() {
    this.guide.style.setProperty("--g-height", phone.matches ? `${visualViewport.height}px` : "");
  }

  pressed(event) {
    // Enter ends a Hangul syllable in the making before it sends: such a key is `isComposing`, in Safari only keyCode 229.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && event.target === this.box && !event.shiftKey) this.submit(event);
    if (event.key === "Escape") {
      event.preventDefault();
      this.escape();
    }
    if (event.key === "Tab") this.turnAround(event);
  }

  escape() {
    if (this.main.inert) this.card.close();
    else this.close();
  }

  // Tab goes round in the panel; Escape leaves it.
  turnAround(event) {
    const inside = this.main.inert ? this.card.node : this.main;
    const stops = [...inside.querySelectorAll("button, a[href], textarea, summary, [tabindex='0']")].filter((node) => !node.disabled && node.getClientRects().length);
    const [first, last] = [stops[0], stops[stops.length - 1]];
    if (this.root.activeElement !== (event.shiftKey ? first : last)) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }

  counted() {
    const length = this.box.value.trim().length;
    const over = length - this.limit;
    this.count.textContent = over > 0 ? this.say("over", { n: over }) : length > this.limit * 0.8 ? `${length} / ${this.limit}` : "";
    this.box.ariaInvalid = String(over > 0);
    this.sender.disabled = !length || over > 0;
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 140)}px`;
  }

  update() {
    this.empty.hidden = this.turns.length > 0;
    this.fresh.hidden = !this.turns.length;
    this.sender.hidden = Boolean(this.running);
    this.stopper.hidden = !this.running;
  }

  // ---- asking ------------------------------------------------------------------------------------------------------------

  submit(event) {
    event.preventDefault();
    if (!this.ask(this.box.value)) return;
    this.box.value = "";
    this.counted();
  }

  // False where nothing was sent: empty, too long, or an answer is on its way.
  ask(question) {
    const text = question.trim();
    if (this.running || !text || text.length > this.limit) return false;
    this.open(false);
    const turn = { question: text };
    this.turns.push(turn);
    this.emit("question", { question: text });
    this.answer(turn);
    reveal(turn.view.node, this.scroll, 20);
    return true;
  }

  // Where the focus goes when what had it is drawn anew; a phone's keyboard stays away.
  rest() {
    (touch.matches ? this.scroll : this.box).focus({ preventScroll: true });
  }

  async answer(turn) {
    const control = (this.running = new AbortController());
    Object.assign(turn, { failure: "broken", partial: "", helpful: undefined, answer: undefined });
    this.save(); // if the visitor moves on now, the next page shows the question and offers to ask again
    this.draw(turn, true);
    this.update();
    this.rest();
    this.live.textContent = this.say("searching");
    try {
      for await (const event of this.client.ask(this.request(turn), control.signal)) this.receive(turn, event);
    } catch (error) {
      Object.assign(turn, { failure: error.kind || "broken", wait: error.wait });
    }
    if (this.running === control) this.running = null;
    if (!this.turns.includes(turn)) return; // a new chat was started meanwhile
    this.draw(turn);
    this.update();
    this.save();
    this.announce(turn);
  }

  request(turn) {
    const history = this.turns.slice(0, this.turns.indexOf(turn)).filter((earlier) => earlier.answer).slice(-8)
      .map((earlier) => ({ question: earlier.question, answer: earlier.answer.answer.slice(0, 20000) }));
    const last = this.turns.map((earlier) => earlier.answer?.conversation_id).filter(Boolean).pop();
    return { question: turn.question, history, conversation_id: last || null };
  }

  receive(turn, { type, ...data }) {
    if (type === "retrieved") turn.view.working.textContent = this.say("reading", { n: data.hits.length });
    if (type === "delta") this.showPartial(turn, data.text);
    if (type === "done") Object.assign(turn, { answer: data, failure: "" });
    if (type === "error") throw new Failure(data.retry_after ? "busy" : "server", data.retry_after);
  }

  // The text so far, drawn once a frame; a marker or star that is still arriving is held back.
  showPartial(turn, text) {
    const { view } = turn;
    turn.partial += text;
    view.frame ||= requestAnimationFrame(() => {
      view.frame = 0;
      if (turn.view !== view) return; // the answer is complete and drawn
      view.working.remove();
      this.drawPartial(turn);
    });
  }

  drawPartial({ partial, view }) {
    const marker = (n) => this.make("span", "cite", String(n));
    view.said.replaceChildren(...this.text(partial.replace(/\s*\[\d*$|\*+$/, ""), marker));
  }

  // Said once, when the answer is complete: a voice that reads along would be interrupted at every word.
  announce(turn) {
    const { failure, answer, question } = turn;
    this.live.textContent = failure ? this.failure(turn) : `${this.say("answered")}: ${answer.answer.replace(/\s*\[\d+\]|\*\*/g, "")}`;
    if (failure) this.emit("error", { reason: failure });
    else this.emit("answer", { question, status: answer.status, answer: answer.answer, citations: answer.citations });
  }

  failure(turn) {
    return this.say(this.texts[turn.failure] ? turn.failure : "server", { n: turn.wait });
  }

  // ---- drawing a turn ----------------------------------------------------------------------------------------------------

  text(text, marker) {
    return answerNodes(text, this.make, marker).map((node) => (node.tagName === "TABLE" ? this.framed(node) : node));
  }

  framed(table) {
    const frame = this.make("div", "frame", table);
    frame.tabIndex = 0;
    frame.role = "region";
    frame.ariaLabel = this.say("table");
    return frame;
  }

  draw(turn, pending) {
    const { make } = this;
    const before = turn.view?.node;
    const said = make("div", "said");
    const working = make("p", "working", this.say("searching"));
    const node = make("article", "turn", make("h3", "question", turn.question));
    turn.view = { node, said, working };
    node.append(...(turn.answer ? this.answered(turn) : [said]), ...(pending ? [working] : turn.failure ? this.failed(turn) : []));
    if (before?.isConnected) before.replaceWith(node);
    else this.list.append(node);
  }

  failed(turn) {
    if (turn.partial) this.drawPartial(turn);
    const again = this.button("again", () => this.running || this.answer(turn), this.say("retry"));
    return [this.make("div", "failed", this.make("p", "", this.failure(turn)), again)];
  }

  answered(turn) {
    const { make } = this;
    const { answer } = turn;
    const silent = answer.status === "no_answer";
    const cited = new Map(answer.citations.map((citation) => [citation.marker, citation]));
    const { said } = turn.view;
    said.lang = answer.language;
    said.append(...this.text(answer.answer, (n) => cited.has(n) && this.marker(answer, cited.get(n))));
    const parts = [silent ? make("div", "silent", make("h4", "", this.say("no_answer")), said) : said];
    if (answer.notice) parts.push(make("p", "notice", answer.notice));
    if (cited.size) parts.push(this.sources([...cited.values()].map((citation) => this.source(answer, citation))));
    if (answer.suggestions.length) parts.push(this.questions(silent ? "suggestions" : "follow", answer.suggestions));
    return [...parts, this.actions(turn)];
  }

  sources(nodes) {
    const { make } = this;
    const section = make("section", "sources", make("h4", "label", this.say("sources")), ...nodes.slice(0, SHOWN));
    const rest = nodes.slice(SHOWN);
    if (rest.length) section.append(make("details", "", make("summary", "", this.say("more", { n: rest.length })), ...rest));
    return section;
  }

  marker(answer, citation) {
    const node = this.button("cite", () => this.card.open(answer.citations, citation, node), String(citation.marker));
    node.ariaLabel = this.say("open", { n: citation.marker, title: citation.title });
    return node;
  }

  source(answer, citation) {
    const { make } = this;
    const words = make("span", "words", make("b", "", citation.title), make("q", "", plain(citation.quote)));
    words.lang = citation.language;
    const node = this.button("source", () => this.card.open(answer.citations, citation, node), make("span", "number", String(citation.marker)), words, this.chip(citation));
    return node;
  }

  chip(citation) {
    const date = citation.as_of || citation.published;
    if (!date) return "";
    const age = new Date().getFullYear() - Number(date.slice(0, 4));
    const old = age >= OLD ? ` · ${this.say("age", { n: age })}` : "";
    return this.make("span", old ? "chip old" : "chip", this.say(citation.as_of ? "as_of" : "dated", { date: this.date(date) }) + old);
  }

  // An ISO year, month or day as it is read; anything else as it is.
  date(iso) {
    const day = new Date(iso);
    if (!/^\d{4}(-\d\d){0,2}$/.test(iso) || isNaN(day)) return iso;
    const style = { timeZone: "UTC", year: "numeric", month: iso[4] && "short", day: iso[7] && "numeric" };
    return day.toLocaleDateString(this.spoken === "ko" ? "ko" : "en-GB", style);
  }

  actions(turn) {
    const done = this.make("span", "done");
    done.role = "status";
    const verdicts = ["up", "down"].map((name) => this.tool(name, () => judge(name === "up")));
    const press = () => verdicts.forEach((node, n) => node.ariaPressed = String(turn.helpful === !n));
    const judge = (helpful) => {
      turn.helpful = helpful;
      press();
      done.textContent = this.say("thanks");
      this.save();
      this.client.judge(turn.answer.answer_id, helpful).catch(() => {}); // not worth disturbing the reader
    };
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(this.withSources(turn.answer));
        done.textContent = this.say("copied");
      } catch {
        done.textContent = this.say("not_copied"); // refused, or the host page is not served over https
      }
    };
    press();
    return this.make("div", "actions", this.tool("copy", copy), ...verdicts, done);
  }

  withSources({ answer, notice, citations }) {
    const sources = citations.map((c) => {
      const facts = [c.title, c.section, c.publisher, c.published, c.url || c.document];
      return `[${c.marker}] ${facts.filter(Boolean).join(" · ")}\n> ${plain(c.quote)}`;
    });
    return [answer, notice, ...sources].filter(Boolean).join("\n\n");
  }

  // ---- keeping -------------------------------------------------------------------------------------------------------------

  save() {
    this.stored(TURNS, JSON.stringify(this.turns.slice(-KEPT).map(({ view, ...kept }) => kept)));
  }

  remembered() {
    try {
      return JSON.parse(this.stored(TURNS) || "[]").filter((turn) => typeof turn.question === "string" && (turn.answer || turn.failure));
    } catch {
      return [];
    }
  }

  restart() {
    this.running?.abort();
    this.running = null;
    this.turns = [];
    this.list.replaceChildren();
    this.save();
    this.update();
    this.rest();
  }
}
