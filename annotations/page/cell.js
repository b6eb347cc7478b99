// The editor of a cell of a form: its value, the evidence in its context, and the sums that fail.

import { CodePoints, commandButton, element, isDecimal, keyHint, Notice, percent, quiet, t } from "./common.js";

const BLANK = "—";

export class CellEditor {
  /** `changed` is called after each change that the person makes. */
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
  }

  show(task, { value }) {
    this.task = task;
    this.#build(value);
    this.text.focus({ preventScroll: true });
  }

  render() {
    this.#build(this.blank.checked ? null : this.input.value);
  }

  answer() {
    const value = this.input.value.trim();
    if (!this.blank.checked && !isDecimal(value)) {
      this.input.focus();
      throw new Notice(t("valueOrBlank"));
    }
    return { figures: [], value: this.blank.checked ? null : value };
  }

  press(name) {
    const actions = { F2: () => this.#edit(), e: () => this.#edit(), b: () => this.blank.click() };
    actions[name]?.();
    return name in actions;
  }

  #build(value) {
    this.text = this.#evidence();
    const label = element("h3", {}, this.task.cell.label);
    this.root.replaceChildren(label, this.text, this.#field(value), ...this.#checks());
  }

  #field(value) {
    const { cell } = this.task;
    this.input = element("input", {
      id: "cell-value", value: value ?? "", disabled: value === null, inputmode: "decimal", autocomplete: "off",
    });
    this.blank = element("input", { id: "cell-blank", type: "checkbox" });
    this.blank.checked = value === null;
    this.blank.addEventListener("change", () => this.#leaveBlank(this.blank.checked));
    this.input.addEventListener("input", () => this.changed());
    const read = t("cellRead", { value: cell.value ?? t("blank"), confidence: percent(cell.confidence) });
    return element("div", { class: "cell" },
      element("label", {}, t("cellValue"), this.input),
      element("label", { class: "tick" }, this.blank, t("blank"), keyHint("b")),
      commandButton("editValue", "e", () => this.#edit()),
      quiet(read));
  }

  #leaveBlank(blank) {
    this.blank.checked = blank;
    this.input.disabled = blank;
    this.changed();
  }

  #edit() {
    if (this.blank.checked) this.#leaveBlank(false);
    this.input.select();
  }

  #evidence() {
    const { text, start, end } = this.task;
    const chars = new CodePoints(text);
    const found = element("mark", { class: "evidence" }, chars.slice(start, end));
    const parts = start < end ? [chars.slice(0, start), found, chars.slice(end)] : [text];
    const attributes = { class: "text", role: "group", tabindex: "-1", "aria-label": t("textToLabel") };
    const evidence = element("div", attributes, ...parts);
    if (start === end) evidence.prepend(element("p", { class: "notice" }, t("noEvidence")));
    return evidence;
  }

  #checks() {
    const { checks } = this.task;
    return checks.length ? [element("h3", {}, t("failingChecks")), ...checks.map((check) => this.#check(check))] : [];
  }

  #check({ message, left, right, terms }) {
    const side = (name, value) => element("span", {}, element("small", {}, t(name)), value);
    const unequal = element("span", { class: "unequal" }, "≠");
    const attributes = { class: "sum", role: "img", "aria-label": t("checkSides", { left, right }) };
    const sum = element("p", attributes, side("left", left), unequal, side("right", right));
    const list = element("ul", {}, ...terms.map((term) => this.#term(term)));
    return element("figure", { class: "check" }, element("figcaption", {}, message), sum, list);
  }

  #term({ id, label, value }) {
    const own = id === this.task.cell.id;
    const name = element("span", {}, label, own ? t("thisCell") : "");
    return element("li", { "aria-current": own && "true" }, name, element("b", {}, value ?? BLANK));
  }
}
