"use strict";
// Filters the turns. Without this script the page shows them all.
(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const cards = [...document.querySelectorAll("details.turn")];
  const names = ["state", "symptom", "slice", "language"];
  const count = document.getElementById("count");
  const open = document.getElementById("open");
  form.hidden = false;

  const matches = (card, wanted, words) =>
    names.every((name) => !wanted[name] ||
      (name === "slice" ? card.dataset.slice.split("|").includes(wanted.slice) : card.dataset[name] === wanted[name])) &&
    words.every((word) => (card.folded ??= card.textContent.normalize("NFKC").toLowerCase()).includes(word));

  const apply = () => {
    const wanted = Object.fromEntries(names.map((name) => [name, form.elements[name].value]));
    const words = form.elements.words.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const card of cards) {
      card.hidden = !matches(card, wanted, words);
      shown += !card.hidden;
    }
    count.textContent = `${shown} of ${cards.length} turns`;
  };

  // A choice that is not in the list (a slice without a faulty turn) is added, so that it shows that there are none.
  const choose = (name, value) => {
    const select = form.elements[name];
    if (value && ![...select.options].some((option) => option.value === value)) select.add(new Option(value.replace("=", ": "), value));
    select.value = value;
  };

  for (const button of document.querySelectorAll("button.filter")) {
    button.addEventListener("click", () => {
      form.elements.words.value = "";
      for (const name of names) choose(name, button.dataset[name] ?? "");
      apply();
      document.getElementById("turns").scrollIntoView();
      cards.find((card) => !card.hidden)?.querySelector("summary").focus({ preventScroll: true });
    });
  }

  const show = () => {
    const card = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!card || !card.matches("details.turn")) return;
    if (card.hidden) { form.reset(); apply(); }
    card.open = true;
    card.scrollIntoView();
    card.querySelector("summary").focus({ preventScroll: true });
  };

  open.addEventListener("click", () => {
    const opening = open.textContent === "Open all";
    for (const card of cards) if (!card.hidden) card.open = opening;
    open.textContent = opening ? "Close all" : "Open all";
  });
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  addEventListener("hashchange", show);
  if (form.querySelector('option[value="broken"]')) choose("state", "broken");
  apply();
  show();
})();
