// The annotation page: one task after another, answered with a key.

import {
  announce, annotatorName, button, changeName, closeButton, Commands, element, get, openDialog, percent, post, quiet,
  showError, startLanguage, t,
} from "./common.js";
import { TaskView } from "./task.js";

const HISTORY_LIMIT = 50;

const find = (selector) => document.querySelector(selector);

let annotator, view, commands;
let task = null;
let progress = null;
let flagged = false;
let shownAt = 0;
// Whether the server said what is next; false when it could not be asked.
let loaded = false;

// --- Showing ---------------------------------------------------------------------

function showTask(reply) {
  ({ task, progress } = reply);
  loaded = true;
  flagged = task?.answer?.flagged ?? false;
  shownAt = performance.now();
  render();
  if (task) view.show(task, { figures: task.figures, value: startValue(), note: task.answer?.note });
  window.scrollTo({ top: 0 });
}

/** The cell's value to start from: the person's own, else what was read. */
function startValue() {
  return task.answer?.answer === "accept" ? task.answer.value : task.cell?.value ?? null;
}

function render() {
  find("#annotator").textContent = t("annotator", { name: annotator });
  find("#task").hidden = !task;
  find("#nothing").hidden = Boolean(task);
  find("#nothing-left").hidden = !loaded;
  const answer = task?.answer && t("yourAnswer", { answer: t(task.answer.answer) });
  find("#answered").textContent = answer ?? "";
  if (progress) renderProgress();
  commands.render();
}

function renderProgress() {
  const { tasks, done, mine, per_hour: pace, disputed, flagged: marked } = progress;
  const share = tasks ? done / tasks : 0;
  const bar = find("#progress");
  bar.setAttribute("aria-valuemax", tasks);
  bar.setAttribute("aria-valuenow", done);
  bar.setAttribute("aria-valuetext", `${done} / ${tasks}`);
  bar.firstElementChild.style.width = percent(share);
  const perHour = pace === null ? "–" : Math.round(pace);
  const facts = { done: `${done} / ${tasks}`, mine, pace: perHour, disputed, flagged: marked };
  find("#facts").replaceChildren(...Object.entries(facts).map(factEntry));
}

function factEntry([name, value]) {
  return element("div", { "data-fact": name }, element("dt", {}, t(name)), element("dd", {}, value));
}

async function open(id) {
  showTask(await get(`api/tasks/${encodeURIComponent(id)}`, { annotator }));
}

// --- Answering ----------------------------------------------------------------------

// The task is let go of first: should the next not come, what was answered cannot be answered twice.
async function next() {
  task = null;
  loaded = false;
  try {
    showTask(await get("api/next", { annotator }));
  } finally {
    if (!loaded) render();
  }
}

async function answer(kind) {
  if (!task) return;
  const given = kind === "accept" ? view.editor.answer() : { figures: [], value: null };
  const note = view.note.value.trim();
  const seconds = Math.round((performance.now() - shownAt) / 100) / 10;
  await post("api/answers", { task: task.id, annotator, answer: kind, ...given, note, flagged, seconds });
  await next();
  announce(t("saved", { answer: t(kind) }));
}

async function undo() {
  const reply = await post("api/undo", { annotator });
  if (reply.task) showTask(reply);
  announce(t(reply.task ? "undone" : "nothingToUndo"));
}

async function redo() {
  const reply = await post("api/redo", { annotator });
  if (reply.task) await next();
  announce(t(reply.task ? "redone" : "nothingToRedo"));
}

function toggleFlag() {
  flagged = !flagged;
  announce(t(flagged ? "flagOn" : "flagOff"));
}

// --- History ---------------------------------------------------------------------------

async function openHistory() {
  const answers = await get("api/history", { annotator, limit: HISTORY_LIMIT });
  const list = element("ol", { class: "list" }, ...answers.map((past) => element("li", {}, historyEntry(past))));
  list.addEventListener("keydown", moveInList);
  openDialog(t("history"), answers.length ? list : t("historyEmpty"), closeButton());
}

function historyEntry({ task: id, answer: kind, figures, text, at }) {
  const time = new Date(at).toLocaleString(document.documentElement.lang);
  const line = quiet(t("historyLine", { answer: t(kind), figures, time }));
  const choose = (event) => {
    event.currentTarget.closest("dialog").close();
    commands.run(() => open(id));
  };
  return button({ "data-task": id }, choose, text, line);
}

function moveInList(event) {
  const entry = event.target.closest("li");
  const neighbour = { ArrowDown: entry.nextElementSibling, ArrowUp: entry.previousElementSibling }[event.key];
  if (!neighbour) return;
  event.preventDefault();
  neighbour.firstElementChild.focus();
}

// --- Start --------------------------------------------------------------------------------

const ownCommands = [
  { id: "accept", keys: ["a", "Ctrl+Enter"], primary: true, run: () => answer("accept") },
  { id: "reject", keys: ["x"], primary: true, run: () => answer("reject") },
  { id: "ignore", keys: ["Space"], primary: true, run: () => answer("ignore") },
  { id: "undo", keys: ["Backspace", "Ctrl+z"], primary: true, run: undo },
  { id: "redo", keys: ["r", "Ctrl+Shift+z"], run: redo },
  { id: "next", keys: ["g"], run: next },
  { id: "flag", keys: ["f"], pressed: () => flagged, run: toggleFlag },
  { id: "history", keys: ["h"], run: openHistory },
];

async function start() {
  annotator = await annotatorName();
  view = new TaskView(await get("api/setup"), () => {});
  const list = [...ownCommands, ...view.commands(() => list)];
  const toolbars = { primary: find("#primary"), secondary: find("#secondary") };
  commands = new Commands(list, toolbars, (name) => task && view.editor.press(name));
  find("#refresh").addEventListener("click", () => commands.run(next));
  find("#annotator").addEventListener("click", rename);
  // A page that found something wrong leads here with the task to look at.
  const asked = new URLSearchParams(location.search).get("task");
  await commands.run(asked ? () => open(asked) : next);
}

async function rename() {
  await changeName();
  annotator = await annotatorName();
  await commands.run(next);
}

function translated() {
  if (!commands) return;
  if (task) view.render();
  render();
}

startLanguage(translated);
start().catch(showError);
