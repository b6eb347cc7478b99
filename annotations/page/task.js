// A task on the page, for annotating and for adjudicating: where it stands, its editor, and the commands about it.

import { ask, closeButton, element, keyLabel, Notice, openDialog, t } from "./common.js";
import { CellEditor } from "./cell.js";
import { editorKeys, TextEditor } from "./editor.js";

export class TaskView {
  /** `changed` is called after each change that the person makes. */
  constructor(setup, changed) {
    this.roots = { passage: document.querySelector("#passage"), cell: document.querySelector("#cell") };
    this.editors = {
      passage: new TextEditor(this.roots.passage, setup, changed),
      cell: new CellEditor(this.roots.cell, changed),
    };
    this.note = document.querySelector("#note");
  }

  get editor() {
    return this.editors[this.task.kind];
  }

  show(task, start) {
    this.task = task;
    for (const [kind, root] of Object.entries(this.roots)) root.hidden = kind !== task.kind;
    this.note.value = start.note ?? "";
    this.#renderOrigin();
    this.editor.show(task, start);
  }

  render() {
    this.#renderOrigin();
    this.editor.render();
  }

  #renderOrigin() {
    const { document: origin, heading, strategy, reason, model, blind } = this.task;
    const facts = [
      origin.organization, origin.year && t("year", { year: origin.year }), origin.source, t(strategy), reason,
      model && !blind && t("suggestedBy", { model }),
    ];
    document.querySelector("#heading").textContent = heading;
    document.querySelector("#origin").textContent = facts.filter(Boolean).join(" · ");
    document.querySelector("#blind").hidden = !blind;
  }

  /** The commands that do not answer the task. */
  commands(allCommands) {
    return [
      { id: "note", keys: ["n"], run: () => this.note.focus() },
      { id: "mark", keys: ["s"], run: () => this.#mark() },
      { id: "source", keys: ["d"], run: () => this.#openSource() },
      { id: "help", keys: ["?"], run: () => openHelp(allCommands()) },
    ];
  }

  async #mark() {
    if (this.task.kind === "cell") return;
    const wanted = await ask(t("askMark"), t("askMarkHint"));
    if (!wanted) return;
    const place = this.editor.find(wanted);
    if (!place) throw new Notice(t("notInText", { text: wanted }));
    await this.editor.markText(place.start, place.end);
  }

  #openSource() {
    window.open(`document?id=${this.task.document.id}&task=${this.task.id}`, "_blank", "noopener");
  }
}

function openHelp(commands) {
  const keys = commands.map(({ id, keys, text }) => [keys.map(keyLabel).join("  "), text?.() ?? t(id)]);
  openDialog(t("help"), keyTable("helpNothingSelected", keys), keyTable("helpSelected", editorKeys()), closeButton());
}

function keyTable(caption, rows) {
  const head = (keys) => element("th", { scope: "row" }, element("kbd", {}, keys));
  const row = ([keys, meaning]) => element("tr", {}, head(keys), element("td", {}, meaning));
  return element("table", { class: "keys" }, element("caption", {}, t(caption)), ...rows.map(row));
}
