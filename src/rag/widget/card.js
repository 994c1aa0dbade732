// The card of a source: what it is, and the passage with the quoted words marked.

import { plain, reveal, tableNode } from "./answer.js";

export class Card {
  constructor(panel) {
    const { make, say } = (this.panel = panel);
    Object.assign(this, { make, say, node: make("section", "card") });
    this.node.hidden = true;
    this.node.setAttribute("aria-labelledby", "source");
  }

  open(citations, citation, opener) {
    const { make, panel } = this;
    const place = citations.indexOf(citation);
    const title = make("p", "", this.say("source", { n: citation.marker }));
    title.id = "source";
    const back = panel.tool("back", () => this.close());
    const steps = [["previous", -1], ["next", 1]].map(([name, by]) => {
      const node = panel.tool(name, () => this.open(citations, citations[place + by], opener));
      node.disabled = !citations[place + by];
      return node;
    });
    const quote = make("blockquote", "", make("p", "", make("mark", "", plain(citation.quote))));
    quote.lang = citation.language;
    this.node.replaceChildren(make("header", "", back, title, ...steps), make("div", "sheet", ...this.heading(citation), quote, this.facts(citation)));
    this.node.hidden = false;
    panel.main.inert = true;
    this.opener = opener;
    back.focus();
    this.context(citation, quote);
  }

  close(focus = true) {
    this.node.hidden = true;
    this.panel.main.inert = false;
    if (focus) (this.opener.isConnected ? this.opener : this.panel.box).focus();
  }

  heading(citation) {
    const title = this.make("h2", "", citation.title);
    const section = this.make("p", "section", citation.section);
    title.lang = section.lang = citation.language;
    return [title, section, this.panel.chip(citation)];
  }

  // The quote stands there at once; the passage around it follows when it arrives.
  async context(citation, quote) {
    try {
      const { sentences } = await this.panel.client.passage(citation.passage_id);
      quote.replaceChildren(...this.passage(sentences, citation));
      reveal(quote.querySelector("mark"), quote.parentNode, 120);
    } catch {
      // the quote alone is what the answer rests on
    }
  }

  passage(sentences, citation) {
    const { make } = this;
    const groups = [];
    for (const sentence of sentences) {
      const last = groups[groups.length - 1];
      if (last && last[0].kind === sentence.kind && last[0].caption === sentence.caption) last.push(sentence);
      else groups.push([sentence]);
    }
    return groups.map((group) => {
      if (group[0].kind === "row") return this.rows(group, citation);
      const texts = group.map((sentence) => marked(make, sentence, citation));
      if (group[0].kind === "item") return make("ul", "", ...texts.map((nodes) => make("li", "", ...nodes)));
      return make("p", "", ...texts.flatMap((nodes) => [...nodes, " "]));
    });
  }

  rows(group, citation) {
    const { make } = this;
    const body = group.map((row) => row.cells.map(([, value]) => make("td", "", cited(row, citation) ? make("mark", "", value) : value)));
    const head = group[0].cells.map(([column]) => make("th", "", column));
    return make("div", "", make("p", "caption", group[0].caption), this.panel.framed(tableNode(make, head, body)));
  }

  facts(citation) {
    const { make, panel } = this;
    const facts = [
      ["publisher", citation.publisher],
      ["published", panel.date(citation.published)],
      ["as_of_label", panel.date(citation.as_of)],
      ["original", this.say(citation.language)],
      ["document", citation.document],
    ];
    const list = make("dl", "", ...facts.filter(([, value]) => value).flatMap(([key, value]) => [make("dt", "", this.say(key)), make("dd", "", value)]));
    if (!/^https?:\/\//i.test(citation.url || "")) return list;
    const link = make("a", "out", this.say("link"));
    Object.assign(link, { href: citation.url, target: "_blank", rel: "noopener noreferrer" });
    return make("div", "", list, link);
  }
}

function cited(sentence, { start, end }) {
  return sentence.start < end && start < sentence.end;
}

// The sentence with the quoted words marked: all of it, unless the quote is a part found in its readable text.
function marked(make, sentence, citation) {
  if (!cited(sentence, citation)) return [sentence.text];
  const quote = citation.quote.replace(/\s+/g, " ").trim();
  const [before, ...after] = sentence.text.split(quote);
  return quote && after.length ? [before, make("mark", "", quote), after.join(quote)] : [make("mark", "", sentence.text)];
}
