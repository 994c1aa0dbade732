// The text of an answer as DOM nodes: paragraphs, lists, tables, bold and `[n]` markers, by the grammar of ui/markup.py.
// Pictures and links keep their words only, and raw HTML is shown as it is written: all of it is set as text.

const LINK = /!?\[([^\]\n]+)\]\((?:[^()\n]|\([^()\n]*\))*\)/g;
const STARTS = { table: /^\s*\|/, ul: /^\s*[-*•·]\s+(?=\S)/, ol: /^\s*(\d{1,2})[.)]\s+(?=\S)/, heading: /^\s*#{1,6}\s+(?=\S)/ };
const RULE = /^\s*\|?[\s:|-]*-[\s:|-]*\|?\s*$/;

// `marker(n)` gives the node of the marker [n], or nothing where there is no such source.
export function answerNodes(text, make, marker) {
  const blocks = [];
  let last = "";
  for (const line of text.replace(LINK, "$1").split(/\r?\n/)) {
    const kind = kindOf(line);
    if (kind && kind === last && kind !== "heading") blocks[blocks.length - 1].lines.push(line);
    else if (kind) blocks.push({ kind, lines: [line] });
    last = kind;
  }
  return blocks.map(({ kind, lines }) => block(kind, lines));

  function block(kind, lines) {
    if (kind === "table") return table(lines.filter((line) => !RULE.test(line)).map(cells));
    if (kind === "heading") return make("p", "", inline("strong", lines[0].replace(STARTS.heading, "")));
    if (kind === "p") return make("p", "", ...lines.flatMap((line, n) => (n ? [make("br"), inline("span", line)] : [inline("span", line)])));
    return make(kind, "", ...lines.map((line) => item(kind, line)));
  }

  function item(kind, line) {
    const node = inline("li", line.replace(STARTS[kind], ""));
    if (kind === "ol") node.value = STARTS.ol.exec(line)[1];
    return node;
  }

  function table([head = [], ...body]) {
    return tableNode(make, head.map((cell) => inline("th", cell)), body.map((row) => row.map((cell) => inline("td", cell))));
  }

  function inline(tag, line) {
    const node = make(tag, "");
    line.trim().split(/\*\*(\S|\S.*?\S)\*\*/).forEach((piece, n) => node.append(...(n % 2 ? [make("strong", "", ...marked(piece))] : marked(piece))));
    return node;
  }

  // A marker and the letter before it stay on one line.
  function marked(text) {
    return text.split(/([^\s\]]?(?:\s*\[\d{1,3}\])+)/).map((piece, n) => {
      if (!(n % 2)) return piece;
      const buttons = [...piece.matchAll(/\[(\d+)\]/g)].map((found) => marker(Number(found[1]))).filter(Boolean);
      const letter = piece.replace(/\s*\[\d+\]/g, "");
      return buttons.length ? make("span", "keep", letter, ...buttons) : letter;
    });
  }
}

export function tableNode(make, head, body) {
  for (const cell of head) cell.scope = "col";
  const rows = body.map((row) => make("tr", "", ...row));
  return make("table", "", make("thead", "", make("tr", "", ...head)), make("tbody", "", ...rows));
}

// A quote on one line; of a table's row, its values.
export function plain(text) {
  return text.replace(/\s+/g, " ").trim().replace(/^\| ?| ?\|$/g, "").replace(/ \| /g, " · ");
}

// Scrolls its frame, and never the host page, so that the node is near the top.
export function reveal(node, frame, margin) {
  frame.scrollTop += node.getBoundingClientRect().top - frame.getBoundingClientRect().top - margin;
}

function kindOf(line) {
  if (!line.trim()) return "";
  return Object.keys(STARTS).find((kind) => STARTS[kind].test(line)) || "p";
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split("|");
}
