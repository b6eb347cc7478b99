// The editor of a passage: numbers as marks in the text, a label for each, and their attributes.

import {
  announce, button, CodePoints, commandButton, countCodePoints, element, get, isDecimal, keyHint, labelName, Notice,
  percent, quiet, showError, t,
} from "./common.js";
import { Palette } from "./palette.js";

const FIGURE_FIELDS = ["label", "start", "end", "value", "unit", "qualifier", "period"];
const BARE = { label: null, period: "year", confidence: null };

const overlap = (a, b) => a.start < b.end && b.start < a.end;
const byStart = (a, b) => a.start - b.start;

const figureOf = (span) => Object.fromEntries(FIGURE_FIELDS.map((field) => [field, span[field]]));

export const periodName = (period) => t(`period_${period}`);

/** Numbers and figures of a task as one list that does not overlap; a number without a figure has no label. */
function spansOf(numbers, figures) {
  const bare = numbers.filter((number) => !figures.some((figure) => overlap(figure, number)));
  return [...figures, ...bare].map((span) => ({ ...BARE, ...span })).sort(byStart);
}

export class TextEditor {
  /** `changed` is called after each change that the person makes. */
  constructor(root, setup, changed) {
    this.setup = setup;
    this.changed = changed;
    this.labels = new Map(setup.labels.map((label) => [label.id, label]));
    this.text = element("div", { class: "text", role: "group", tabindex: "-1" });
    this.bar = element("div", { class: "bar" });
    root.replaceChildren(this.text, this.bar);
    this.palette = new Palette(root, setup.labels);
    this.text.addEventListener("mouseup", () => this.#takeSelection());
    this.text.addEventListener("click", (event) => event.target.closest(".mark") || this.deselect());
  }

  show(task, { figures }) {
    this.task = task;
    this.chars = new CodePoints(task.text);
    this.spans = spansOf(task.numbers, figures);
    this.selected = null;
    this.editing = false;
    this.render();
    this.text.focus({ preventScroll: true });
  }

  /** Raises a Notice, and selects the number, if a value is no number. */
  answer() {
    const labelled = this.spans.filter((span) => span.label);
    const wrong = labelled.find((span) => !isDecimal(span.value));
    if (wrong) {
      this.select(wrong);
      throw new Notice(t("decimalOnly"));
    }
    return { figures: labelled.map(figureOf), value: null };
  }

  // --- Showing ------------------------------------------------------------------

  render() {
    const { start, end } = this.task;
    const stretch = element("span", { class: "stretch" });
    this.marks = new Map();
    let at = start;
    for (const span of this.spans) {
      const mark = this.#mark(span);
      this.marks.set(span, mark);
      stretch.append(this.chars.slice(at, span.start), mark);
      at = span.end;
    }
    stretch.append(this.chars.slice(at, end));
    const context = (from, to) => element("span", { class: "context" }, this.chars.slice(from, to));
    this.text.setAttribute("aria-label", t("textToLabel"));
    this.text.replaceChildren(context(0, start), stretch, context(end));
    this.#renderBar();
  }

  #mark(span) {
    const { start, end, label, confidence } = span;
    const attributes = {
      class: "mark", role: "button", tabindex: "0",
      "aria-pressed": String(span === this.selected), "aria-label": this.#spoken(span),
      "data-start": start, "data-end": end, "data-label": label, "data-family": this.labels.get(label)?.family,
      "data-suggested": confidence !== null, "data-tag": label && this.#tag(span),
    };
    const mark = element("span", attributes, this.#printed(span));
    mark.addEventListener("focus", () => this.select(span));
    mark.addEventListener("click", () => this.select(span));
    return mark;
  }

  #printed(span) {
    return this.chars.slice(span.start, span.end);
  }

  #name(span) {
    const label = this.labels.get(span.label);
    return label ? labelName(label) : span.label ?? t("unlabelled");
  }

  #unusual(span) {
    const parts = [];
    if (span.qualifier !== "exact") parts.push(t(span.qualifier));
    if (span.period !== "year") parts.push(periodName(span.period));
    return parts;
  }

  #tag(span) {
    const certainty = span.confidence === null ? "✓" : percent(span.confidence);
    return [this.#name(span), ...this.#unusual(span), certainty].join(" ");
  }

  #spoken(span) {
    const certainty = span.confidence === null ? [] : [percent(span.confidence)];
    return [this.#printed(span), this.#name(span), ...this.#unusual(span), ...certainty].join(", ");
  }

  #renderBar() {
    this.bar.replaceChildren(...this.#barContent());
  }

  #barContent() {
    if (!this.selected) return [element("p", { class: "quiet" }, t("selectHint"))];
    return this.editing ? [this.#form()] : this.#summary();
  }

  #summary() {
    const span = this.selected;
    const facts = [t(span.qualifier), `${span.value} ${span.unit}`, periodName(span.period)].join(" · ");
    return [
      element("p", {}, element("b", {}, this.#printed(span)), ` ${this.#name(span)} `, quiet(facts)),
      element("p", { class: "quiet" }, this.labels.get(span.label)?.meaning ?? ""),
      element("div", { class: "buttons" },
        commandButton("labelIt", "Enter", () => this.#openPalette("")),
        commandButton("edit", "F2", () => this.#edit()),
        commandButton("unlabel", "0", () => this.#label(null)),
        commandButton("deselect", "Escape", () => this.deselect())),
    ];
  }

  // --- Attributes -----------------------------------------------------------------

  #edit() {
    this.editing = true;
    this.#renderBar();
    this.bar.querySelector("input").select();
  }

  #form() {
    const span = this.selected;
    const value = element("input", { name: "value", value: span.value, autocomplete: "off", inputmode: "decimal" });
    const unit = element("input", { name: "unit", value: span.unit, autocomplete: "off" });
    const { qualifiers, periods } = this.setup;
    const field = (name, input) => element("label", {}, t(name), input);
    const form = element("form", { class: "attributes" },
      field("value", value), field("unit", unit),
      field("qualifier", choice("qualifier", qualifiers, span.qualifier, t)),
      field("period", choice("period", periods, span.period, periodName)),
      button({ class: "primary" }, () => this.#leaveForm(), t("ok"), keyHint("Enter")));
    form.addEventListener("input", () => this.#apply(new FormData(form)));
    form.addEventListener("keydown", (event) => this.#pressInForm(event));
    return form;
  }

  #apply(fields) {
    const span = this.selected;
    const value = fields.get("value").trim();
    Object.assign(span, Object.fromEntries(fields), { value, confidence: null });
    const mark = this.#mark(span);
    this.marks.get(span).replaceWith(mark);
    this.marks.set(span, mark);
    this.changed();
  }

  #pressInForm(event) {
    event.stopPropagation();
    if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    this.#leaveForm();
  }

  #leaveForm() {
    this.editing = false;
    this.#refresh();
  }

  // --- Selecting ---------------------------------------------------------------------

  select(span) {
    if (span === this.selected && !this.editing) return;
    this.marks.get(this.selected)?.setAttribute("aria-pressed", "false");
    this.selected = span;
    this.editing = false;
    this.marks.get(span).setAttribute("aria-pressed", "true");
    this.#renderBar();
    this.marks.get(span).focus();
  }

  deselect() {
    if (!this.selected) return;
    this.marks.get(this.selected).setAttribute("aria-pressed", "false");
    this.selected = null;
    this.editing = false;
    this.#renderBar();
    this.text.focus({ preventScroll: true });
  }

  #step(by) {
    const from = this.selected ? this.spans.indexOf(this.selected) : by > 0 ? -1 : this.spans.length;
    const next = this.spans[from + by];
    if (next) this.select(next);
  }

  #refresh() {
    this.render();
    this.marks.get(this.selected)?.focus();
  }

  // --- Labelling ------------------------------------------------------------------------

  #openPalette(query) {
    const span = this.selected;
    this.palette.open(this.marks.get(span), {
      query,
      unit: span.unit,
      finish: (label) => (label ? this.#label(label.id) : this.marks.get(span).focus()),
    });
  }

  #label(id) {
    Object.assign(this.selected, { label: id, confidence: null });
    this.#refresh();
    announce(t("labelled", { text: this.#printed(this.selected), label: this.#name(this.selected) }));
    this.changed();
  }

  /** Moves an end of the selected number, without touching its neighbours. */
  #resize(end, by) {
    const moved = { ...this.selected, [end]: this.selected[end] + by };
    const inside = moved.start >= this.task.start && moved.end <= this.task.end && moved.start < moved.end;
    if (!inside || this.spans.some((span) => span !== this.selected && overlap(span, moved))) return;
    Object.assign(this.selected, moved, { confidence: null });
    this.#refresh();
    this.changed();
  }

  // --- Marking other text -------------------------------------------------------------------

  #takeSelection() {
    const selection = document.getSelection();
    const ends = [selection.anchorNode, selection.focusNode];
    if (selection.isCollapsed || !ends.every((node) => this.text.contains(node))) return;
    const range = selection.getRangeAt(0);
    const start = Math.max(this.#offset(range.startContainer, range.startOffset), this.task.start);
    const end = Math.min(this.#offset(range.endContainer, range.endOffset), this.task.end);
    selection.removeAllRanges();
    if (start < end) this.markText(start, end).catch(showError);
  }

  #offset(node, offset) {
    const before = document.createRange();
    before.setStart(this.text, 0);
    before.setEnd(node, offset);
    return countCodePoints(before.toString());
  }

  /** Where a text stands in the stretch, the first place without a figure preferred; null if nowhere. */
  find(wanted) {
    const length = countCodePoints(wanted);
    const places = [];
    for (let start = this.task.start; start + length <= this.task.end; start += 1) {
      if (this.chars.slice(start, start + length) === wanted) places.push({ start, end: start + length });
    }
    return places.find((place) => !this.spans.some((span) => span.label && overlap(span, place))) ?? places[0] ?? null;
  }

  async markText(start, end) {
    const { task } = this;
    const number = await get("api/read", { task: task.id, start, end });
    // The person may have gone on while the server read.
    if (task !== this.task) return;
    this.#place(number);
    if (!this.selected.label) this.#openPalette("");
  }

  /** Puts a number in place of those that it overlaps; the label of the first of them stays. */
  #place(number) {
    const same = this.spans.find((span) => span.start === number.start && span.end === number.end);
    if (same) return this.select(same);
    const replaced = this.spans.filter((span) => overlap(span, number));
    const labelled = replaced.find((span) => span.label) ?? BARE;
    const span = { ...BARE, label: labelled.label, period: labelled.period, ...number };
    this.spans = [...this.spans.filter((other) => !replaced.includes(other)), span].sort(byStart);
    this.selected = span;
    this.#refresh();
    this.changed();
  }

  // --- Keys -----------------------------------------------------------------------------------

  /** Acts on a key by its name; false if the key is not the editor's. */
  press(name) {
    const action = this.#keys()[name] ?? this.#letter(name);
    action?.();
    return Boolean(action);
  }

  #keys() {
    const always = { ArrowRight: () => this.#step(1), ArrowLeft: () => this.#step(-1) };
    if (!this.selected) return always;
    const onMark = document.activeElement === document.body || this.text.contains(document.activeElement);
    return {
      ...always,
      ...(onMark && { Enter: () => this.#openPalette(""), Space: () => this.#openPalette("") }),
      Escape: () => this.deselect(),
      Delete: () => this.#label(null),
      Backspace: () => this.#label(null),
      0: () => this.#label(null),
      F2: () => this.#edit(),
      "Alt+e": () => this.#edit(),
      "Shift+ArrowRight": () => this.#resize("end", 1),
      "Shift+ArrowLeft": () => this.#resize("end", -1),
      "Shift+ArrowDown": () => this.#resize("start", 1),
      "Shift+ArrowUp": () => this.#resize("start", -1),
    };
  }

  #letter(name) {
    return this.selected && /^\p{L}$/u.test(name) ? () => this.#openPalette(name) : null;
  }
}

function choice(name, values, chosen, textOf) {
  const options = values.map((value) => element("option", { value, selected: value === chosen }, textOf(value)));
  return element("select", { name }, ...options);
}

/** The keys of the editor, for the help. */
export const editorKeys = () => [
  ["←  →  Tab", t("helpMove")],
  [t("letterKeys"), t("helpLetter")],
  ["Enter", t("labelIt")],
  ["↑  ↓  Enter  Esc", t("helpList")],
  ["0  Delete", t("unlabel")],
  ["F2  Alt+E", t("edit")],
  ["Shift+←  Shift+→", t("helpEnd")],
  ["Shift+↑  Shift+↓", t("helpStart")],
  ["Esc", t("deselect")],
];
