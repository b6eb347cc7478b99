// The label palette: a combobox that finds a label by Chinese name, pinyin initials or English.

import { element, labelName, quiet, t } from "./common.js";

/** How well a label fits what was typed: 0 is best, null not at all. */
function rank(label, query) {
  const tests = [
    label.zh.startsWith(query),
    label.initials.startsWith(query),
    label.zh.includes(query),
    label.id.split(/[._]/).some((part) => part.startsWith(query)),
    label.initials.includes(query),
    label.id.includes(query) || label.en.toLowerCase().includes(query),
  ];
  const best = tests.indexOf(true);
  return best < 0 ? null : best;
}

/** The labels that fit, best first; among equals those that take the unit of the number. */
function search(labels, typed, unit) {
  // Input methods show what is being composed with apostrophes and blanks.
  const query = typed.toLowerCase().replace(/['’\s]/g, "");
  const misfit = (label) => Number(!label.units.includes(unit));
  return labels
    .map((label) => ({ label, rank: rank(label, query) }))
    .filter((found) => found.rank !== null)
    .sort((a, b) => a.rank - b.rank || misfit(a.label) - misfit(b.label))
    .map((found) => found.label);
}

export class Palette {
  constructor(root, labels) {
    this.root = root;
    this.labels = labels;
    this.input = element("input", {
      role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list",
      autocomplete: "off", spellcheck: "false",
    });
    this.list = element("ul", { id: "palette-list", role: "listbox" });
    this.meaning = element("p", { class: "quiet" });
    this.box = element("div", { class: "palette", hidden: true }, this.input, this.list, this.meaning);
    root.append(this.box);
    this.input.addEventListener("input", () => this.#filter());
    this.input.addEventListener("keydown", (event) => this.#press(event));
    this.box.addEventListener("focusout", () => this.#hide());
    // Keeps the focus, and with it the palette, while an entry is clicked.
    this.box.addEventListener("mousedown", (event) => event.target !== this.input && event.preventDefault());
  }

  /** Opens under `anchor`; `finish` is called with the label chosen, or null. */
  open(anchor, { query, unit, finish }) {
    Object.assign(this, { unit, finish });
    this.input.value = query;
    this.input.placeholder = t("searchLabel");
    this.input.setAttribute("aria-label", t("labels"));
    this.list.setAttribute("aria-label", t("labels"));
    this.box.hidden = false;
    this.#place(anchor);
    this.#filter();
    this.input.focus();
    this.box.scrollIntoView({ block: "nearest" });
  }

  #place(anchor) {
    const box = anchor.getBoundingClientRect();
    const root = this.root.getBoundingClientRect();
    const furthest = root.width - this.box.offsetWidth;
    this.box.style.top = `${box.bottom - root.top + 4}px`;
    this.box.style.left = `${Math.max(0, Math.min(box.left - root.left, furthest))}px`;
  }

  #filter() {
    this.found = search(this.labels, this.input.value, this.unit);
    const none = element("li", { class: "quiet" }, t("noLabelFound"));
    this.list.replaceChildren(...(this.found.length ? this.found.map((label) => this.#option(label)) : [none]));
    this.#activate(0);
  }

  #option(label) {
    const option = element(
      "li", { id: `option-${label.id}`, role: "option", "data-family": label.family },
      element("span", { class: "name" }, labelName(label)), quiet(`${label.initials} · ${label.id}`),
    );
    option.addEventListener("click", () => this.#close(label));
    return option;
  }

  #activate(index) {
    this.active = Math.max(0, Math.min(index, this.found.length - 1));
    const label = this.found[this.active];
    this.meaning.textContent = label ? label.meaning : "";
    this.input.setAttribute("aria-activedescendant", label ? `option-${label.id}` : "");
    const options = [...this.list.children];
    for (const option of options) option.ariaSelected = String(option === options[this.active]);
    options[this.active].scrollIntoView({ block: "nearest" });
  }

  #press(event) {
    event.stopPropagation();
    // Safari ends the composition before the Enter that ended it; 229 tells.
    if (event.isComposing || event.keyCode === 229) return;
    const actions = {
      ArrowDown: () => this.#activate(this.active + 1),
      ArrowUp: () => this.#activate(this.active - 1),
      Enter: () => this.found.length && this.#close(this.found[this.active]),
      Escape: () => this.#close(null),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  #close(label) {
    this.#hide();
    this.finish(label);
  }

  #hide() {
    this.box.hidden = true;
  }
}
