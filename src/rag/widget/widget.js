// Seoul AI Guide for your site. One line puts it on a page:
//
//   <script src="https://guide.example/widget.js" data-lang="auto" data-accent="#0b5" data-position="right" defer></script>
//
// data-lang: auto (the page's <html lang>, else the browser), ko, en    data-accent: any CSS colour
// data-position: right, left                                           data-theme: auto (the visitor's), light, dark
//
// This file draws the launcher and offers `window.SeoulAIGuide` (open, close, ask, on); the panel behind it is fetched
// when it is first opened. Everything lives in the shadow root of one element at the end of the body. The root is open:
// a closed one would keep accessibility checkers out, and no script of the host page that means harm.
(() => {
  "use strict";
  if (window.SeoulAIGuide) return;

  const script = document.currentScript || document.querySelector("script[src*='/widget.js']");
  const base = new URL(".", script.src);
  const options = { lang: "auto", accent: "#1f5c47", position: "right", theme: "auto", ...script.dataset };
  const OPEN = "seoul-ai-guide-open"; // in the tab's storage while the panel is open
  const TEXTS = {
    ko: { label: "AI 가이드에게 묻기", failed: "가이드를 불러오지 못했습니다. 다시 눌러 주세요." },
    en: { label: "Ask the AI guide", failed: "The guide could not be loaded. Please press again." },
  };
  const SEAL = "M3 13.5c5-.4 9.6-2.6 13-7 3.4 4.4 8 6.6 13 7M9 17v5M23 17v5M16 15.5v6.5M5 27.5c2.8-2.2 5.5-2.2 8.2 0s5.5 2.2 8.2 0c1.7-1.3 3.6-1.7 5.6-1.3";
  const STYLE = `
    :host { all: initial !important; display: block !important; position: fixed !important; inset: 0 auto auto 0 !important;
      width: 0 !important; height: 0 !important; direction: ltr !important; z-index: 2147483647 !important; overflow: visible !important; }
    :host::before, :host::after, :host::backdrop { content: none !important; display: none !important; }
    .guide { font: 400 medium/1.6 Pretendard, -apple-system, "Noto Sans KR", "Noto Sans CJK KR", "Malgun Gothic", system-ui, sans-serif; word-break: keep-all; overflow-wrap: anywhere; }
    .right { --g-right: max(20px, env(safe-area-inset-right)); }
    .left { --g-left: max(20px, env(safe-area-inset-left)); }
    .launcher, .trouble { position: fixed; bottom: max(20px, env(safe-area-inset-bottom)); right: var(--g-right, auto); left: var(--g-left, auto); }
    .launcher { display: flex; align-items: center; gap: .55em; min-width: 56px; height: 56px; margin: 0; padding: 0 20px 0 16px;
      border: 2px solid var(--g-on-fill); border-radius: 28px; background: var(--g-fill); color: var(--g-on-fill);
      font: inherit; font-weight: 650; cursor: pointer; box-shadow: 0 2px 6px #0003, 0 10px 28px #0003; transition: transform .15s; }
    .launcher:hover { transform: translateY(-2px); }
    .launcher:focus-visible { outline: 3px solid var(--g-fill); outline-offset: 3px; }
    .launcher[aria-busy=true] { cursor: progress; }
    .guide svg { flex: none; width: 30px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
    .opened .launcher { display: none; }
    .trouble { bottom: 88px; max-width: min(20em, calc(100vw - 40px)); box-sizing: border-box; margin: 0;
      padding: .7em 1em; border: 1px solid #a23b2a; border-radius: 12px; background: #fff; color: #22282b; font-size: .9375em; }
    .trouble:empty { display: none; }
    @media (max-width: 599px) { .launcher { padding: 0 11px; } .launcher span { position: absolute; clip-path: inset(50%); } }
    @media (prefers-reduced-motion: reduce) { .launcher { transition: none; } }
    @media print { .guide { display: none; } }`;

  // ---- colour: whatever accent a site chooses, words on it and words in it stay readable (WCAG 2.2 AA) ----------------

  const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const mix = (a, b, share) => a.map((channel, i) => channel + (b[i] - channel) * share);
  const css = (color) => `rgb(${color.map((channel) => `${channel * 100}%`).join(" ")})`;
  const BLACK = [0, 0, 0], WHITE = [1, 1, 1];

  function contrast(a, b) {
    const ratio = (luminance(a) + 0.05) / (luminance(b) + 0.05);
    return Math.max(ratio, 1 / ratio);
  }

  // The colour itself where it can be read on the ground, else the nearest darker or lighter one that can.
  function readable(color, ground, least) {
    const goal = contrast(WHITE, ground) < 4.5 ? BLACK : WHITE;
    let share = 0;
    while (share < 1 && contrast(mix(color, goal, share), ground) < least) share += 0.02;
    return mix(color, goal, share);
  }

  // Any CSS colour as three channels from 0 to 1; undefined where the browser does not know it.
  function channels(color) {
    const mixed = `color-mix(in srgb, ${color}, ${color})`;
    if (!window.CSS?.supports("color", mixed)) return undefined;
    guide.style.color = mixed;
    const found = getComputedStyle(guide).color.match(/[\d.]+(e-\d+)?/g).slice(0, 3).map(Number);
    guide.style.color = "";
    return found;
  }

  function paint() {
    const dark = options.theme === "dark" || (options.theme !== "light" && night.matches);
    const accent = channels(options.accent) || [31 / 255, 92 / 255, 71 / 255];
    const surface = dark ? [28 / 255, 35 / 255, 36 / 255] : WHITE;
    const onFill = contrast(WHITE, accent) < 4.5 ? BLACK : WHITE;
    const strong = readable(accent, surface, dark ? 7 : 4.6);
    const soft = mix(surface, strong, dark ? 0.16 : 0.1);
    const colors = { fill: accent, "on-fill": onFill, surface, soft, accent: readable(strong, soft, 4.6) };
    for (const [name, color] of Object.entries(colors)) guide.style.setProperty(`--g-${name}`, css(color));
    guide.classList.toggle("dark", dark);
  }

  // ---- launcher --------------------------------------------------------------------------------------------------------

  function make(tag, className, ...children) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...children);
    return node;
  }

  function drawing(path, size) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
    svg.ariaHidden = "true";
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  function language() {
    const wanted = ["ko", "en"].includes(options.lang) ? options.lang : document.documentElement.lang || navigator.language;
    return /^ko\b/i.test(wanted) ? "ko" : "en";
  }

  function name() {
    label.textContent = TEXTS[language()].label;
    guide.lang = language();
  }

  // A constructed sheet needs no permission of the page's style-src.
  function adopt(text) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }

  // Storage can be switched off in a browser; then the guide works, and forgets.
  function stored(key, value) {
    try {
      if (value === undefined) return sessionStorage.getItem(key);
      return value === null ? sessionStorage.removeItem(key) : sessionStorage.setItem(key, value);
    } catch {
      return null;
    }
  }

  // ---- the panel, fetched when it is first needed ------------------------------------------------------------------------

  const listeners = {};
  let loading = null;
  let tries = 0;

  function emit(event, detail = {}) {
    // Each on its own: a handler's mistake is the host's to see, and not ours to fall over.
    for (const handler of listeners[event] || []) queueMicrotask(() => handler(detail));
  }

  async function data(file) {
    const response = await fetch(new URL(`widget/${file}`, base), { credentials: "omit" });
    return response.ok ? response : Promise.reject(new Error(response.statusText));
  }

  async function load() {
    trouble.textContent = "";
    launcher.ariaBusy = "true";
    const again = tries++ ? `?try=${tries}` : ""; // some browsers remember a module that failed
    try {
      const [{ Panel }, style] = await Promise.all([
        import(new URL(`widget/panel.js${again}`, base).href),
        data("panel.css").then((response) => response.text()),
      ]);
      adopt(style);
      const made = new Panel(shared);
      await made.speak(language());
      return made;
    } catch (error) {
      loading = null;
      trouble.textContent = TEXTS[language()].failed;
      emit("error", { reason: "load" });
      throw error;
    } finally {
      launcher.ariaBusy = null;
    }
  }

  // The panel in the language the page has now.
  async function panel() {
    name();
    const made = await (loading ||= load());
    await made.speak(language());
    return made;
  }

  const open = async (focus = true) => (await panel()).open(focus);

  const host = document.createElement("seoul-ai-guide");
  const root = host.attachShadow({ mode: "open" });
  const label = make("span", "");
  const launcher = make("button", "launcher", drawing(SEAL, 32), label);
  const trouble = make("p", "trouble");
  const guide = make("div", `guide ${options.position === "left" ? "left" : "right"}`, launcher, trouble);
  const night = matchMedia("(prefers-color-scheme: dark)");
  const shared = { base, root, guide, launcher, SEAL, OPEN, make, drawing, data, stored, emit };

  launcher.type = "button";
  launcher.ariaHasPopup = "dialog";
  launcher.ariaExpanded = "false";
  launcher.addEventListener("click", () => open().catch(() => {}));
  trouble.role = "alert";
  root.append(guide);
  adopt(STYLE);
  name();

  function start() {
    document.body.append(host);
    if (host.showPopover) { // the top layer: no z-index, transform or overflow of the page reaches it
      host.popover = "manual";
      host.showPopover();
    }
    paint();
    night.addEventListener("change", paint);
    // A panel that was open stays open on the next page, but takes no focus, and does not cover a phone's new page.
    if (stored(OPEN) && matchMedia("(min-width: 600px)").matches) open(false).catch(() => {});
  }

  window.SeoulAIGuide = Object.freeze({
    open: () => open(),
    close: () => loading?.then((made) => made.close(), () => {}) ?? Promise.resolve(),
    ask: async (question) => (await panel()).ask(String(question)),
    on(event, handler) { // open, close, question, answer, error; gives a function that ends it
      (listeners[event] ||= new Set()).add(handler);
      return () => listeners[event].delete(handler);
    },
  });
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
