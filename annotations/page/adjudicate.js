// The adjudication page: answers that differ side by side, one of them taken as the start, edited and settled.

import {
  announce, annotatorName, button, changeName, CodePoints, Commands, element, get, keyHint, labelName, Notice, post, quiet,
  showError, startLanguage, t,
} from "./common.js";
import { periodName } from "./editor.js";
import { TaskView } from "./task.js";

const find = (selector) => document.querySelector(selector);

let annotator, view, commands, labels;
const MISSING = "—";

let disputes = [];
let task = null;
let answers = [];
// What `a` settles as; null until an answer is chosen or edited.
let verdict = null;
let chosen = null;

// --- The list ----------------------------------------------------------------------

async function load(wanted) {
  disputes = await get("api/disputes");
  const item = disputes.find((dispute) => dispute.task === wanted) ?? disputes[0];
  if (item) return open(item.task);
  task = null;
  render();
}

async function open(id) {
  const reply = await get(`api/disputes/${id}`);
  task = reply.task;
  answers = reply.settled ? [...reply.answers, { ...reply.settled, settled: true }] : reply.answers;
  verdict = null;
  chosen = null;
  render();
  view.show(task, { figures: [], value: task.cell?.value ?? null });
  window.scrollTo({ top: 0 });
}

/** The task `by` places on in the list, from its other end after the last. */
function neighbour(by) {
  const index = disputes.findIndex((dispute) => dispute.task === task?.id);
  return disputes.at((index + by) % disputes.length)?.task;
}

const go = (by) => disputes.length && open(neighbour(by));

// --- Showing -------------------------------------------------------------------------

function render() {
  find("#annotator").textContent = t("annotator", { name: annotator });
  find("#task").hidden = !task;
  find("#nothing").hidden = Boolean(task);
  find("#disputes").replaceChildren(...disputes.map((dispute) => element("li", {}, disputeEntry(dispute))));
  if (task) renderAnswers();
  commands.render();
}

function disputeEntry({ task: id, why, text, annotators }) {
  const attributes = { "data-task": id, "aria-current": id === task?.id && "true" };
  return button(attributes, () => commands.run(() => open(id)), text, quiet([t(why), ...annotators].join(" · ")));
}

function renderAnswers() {
  const columns = answers.map((_, index) => element("th", { scope: "col" }, chooser(index)));
  const head = element("tr", {}, element("td"), ...columns);
  const rows = [
    comparedRow(t("answer"), answers.map((answer) => [t(answer.answer)])),
    ...(task.kind === "cell" ? [comparedRow(t("value"), answers.map(valueFacts))] : figureRows()),
    row(t("flagged"), answers.map((answer) => [answer.flagged ? t("yes") : ""])),
    row(t("note"), answers.map((answer) => [answer.note ?? ""])),
  ];
  find("#answers").replaceChildren(element("thead", {}, head), element("tbody", {}, ...rows));
}

function chooser(index) {
  const { annotator: name, settled } = answers[index];
  const attributes = { "data-answer": index + 1, "aria-pressed": String(index === chosen) };
  return button(attributes, () => choose(index), settled ? t("settledBy", { name }) : name, keyHint(String(index + 1)));
}

// Facts about an answer: null where it says nothing about the matter, so that there is nothing to compare.

const valueFacts = ({ answer, value }) => (answer === "accept" ? [value ?? t("blank")] : null);

function figureRows() {
  const places = new Map(answers.flatMap(({ figures }) => figures).map((figure) => [placeOf(figure), figure]));
  const chars = new CodePoints(task.text);
  const rowAt = (place) => {
    const facts = answers.map((answer) => factsAt(answer, place));
    return comparedRow(chars.slice(place.start, place.end), facts);
  };
  return [...places.values()].sort((a, b) => a.start - b.start || a.end - b.end).map(rowAt);
}

const placeOf = ({ start, end }) => `${start}-${end}`;

function factsAt({ answer, figures }, place) {
  if (answer !== "accept") return null;
  const figure = figures.find((candidate) => placeOf(candidate) === placeOf(place));
  if (!figure) return [MISSING];
  const { label, qualifier, value, unit, period } = figure;
  const name = labels.has(label) ? labelName(labels.get(label)) : label;
  return [name, t(qualifier), `${value} ${unit}`, periodName(period)];
}

/** A row with the facts of each answer; those that answers disagree on are marked. */
function comparedRow(title, cells) {
  const stated = cells.filter((facts) => facts && facts[0] !== MISSING);
  const agreed = (fact) => fact !== MISSING && stated.every((facts) => facts.includes(fact));
  const differs = cells.some((facts) => facts && !facts.every(agreed));
  const heading = differs ? [title, element("span", { class: "differs" }, ` ≠ ${t("differs")}`)] : [title];
  return row(heading, cells, (fact) => element(agreed(fact) ? "span" : "mark", {}, fact));
}

function row(heading, cells, show = (fact) => fact) {
  const column = (facts) => element("td", {}, ...(facts ?? []).map(show));
  return element("tr", {}, element("th", { scope: "row" }, ...[heading].flat()), ...cells.map(column));
}

// --- Settling ----------------------------------------------------------------------------

function choose(index) {
  if (!answers[index]) return;
  chosen = index;
  verdict = answers[index].answer;
  render();
  view.show(task, answers[index]);
  announce(t("chosen", { name: answers[index].annotator }));
}

function edited() {
  verdict = "accept";
  commands.render();
}

async function settle(kind) {
  if (!task) return;
  if (!kind) throw new Notice(t("chooseFirst"));
  const given = kind === "accept" ? view.editor.answer() : { figures: [], value: null };
  const following = neighbour(1);
  const note = view.note.value.trim();
  const { disputed } = await post("api/adjudications", { task: task.id, annotator, answer: kind, ...given, note });
  // Let go of first: should the next not come, what was settled cannot be settled twice.
  task = null;
  answers = [];
  await load(following);
  announce(t("settled", { disputed }));
}

const settleText = () => t("settleAs", { answer: t(verdict ?? "accept") });

// --- Start ---------------------------------------------------------------------------------

const ownCommands = [
  { id: "settle", keys: ["a", "Ctrl+Enter"], primary: true, run: () => settle(verdict), text: settleText },
  { id: "reject", keys: ["x"], primary: true, run: () => settle("reject"), text: () => t("rejectAll") },
  { id: "next", keys: ["j", "Space"], primary: true, run: () => go(1) },
  { id: "previous", keys: ["k"], primary: true, run: () => go(-1) },
  { id: "refresh", keys: ["r"], run: () => load(task?.id) },
];

function press(name) {
  if (!task) return false;
  if (view.editor.press(name)) return true;
  // Not while a number is selected: it would throw away what is being edited.
  const isNumber = /^[1-9]$/.test(name) && !view.editor.selected;
  if (isNumber) choose(Number(name) - 1);
  return isNumber;
}

async function start() {
  annotator = await annotatorName();
  const setup = await get("api/setup");
  labels = new Map(setup.labels.map((label) => [label.id, label]));
  view = new TaskView(setup, edited);
  const list = [...ownCommands, ...view.commands(() => list)];
  commands = new Commands(list, { primary: find("#primary"), secondary: find("#secondary") }, press);
  find("#annotator").addEventListener("click", rename);
  await commands.run(() => load(null));
}

async function rename() {
  await changeName();
  annotator = await annotatorName();
  render();
}

function translated() {
  if (!commands) return;
  if (task) view.render();
  render();
}

startLanguage(translated);
start().catch(showError);
