// The source page: the whole text of a document with the stretches of its tasks marked.

import { announce, CodePoints, element, get, Notice, showError, startLanguage, t } from "./common.js";

const address = new URLSearchParams(location.search);
const wanted = Number(address.get("task"));

let found = null;

/** The text cut wherever a mark begins or ends, since marks may overlap; each piece with its tasks. */
function pieces(text, marks) {
  const chars = new CodePoints(text);
  const cuts = new Set([0, chars.points.length, ...marks.flatMap(({ start, end }) => [start, end])]);
  const sorted = [...cuts].sort((a, b) => a - b);
  return sorted.slice(1).map((end, index) => {
    const start = sorted[index];
    const tasks = marks.filter((mark) => mark.start <= start && end <= mark.end).map((mark) => mark.task);
    return { text: chars.slice(start, end), tasks };
  });
}

function nodeOf({ text, tasks }) {
  if (!tasks.length) return text;
  return element("mark", { "data-tasks": tasks.join(" "), "aria-current": tasks.includes(wanted) && "true" }, text);
}

function show({ text, marks, organization, year, source }) {
  const title = [organization, year && t("year", { year })].filter(Boolean).join(" · ") || source;
  document.querySelector("#title").textContent = title;
  document.querySelector("#source").textContent = source;
  document.querySelector("#text").replaceChildren(...pieces(text, marks).map(nodeOf));
}

async function start() {
  const id = address.get("id");
  if (!id) throw new Notice(t("noDocument"));
  announce(t("loading"));
  found = await get(`api/documents/${encodeURIComponent(id)}`, { task: address.get("task") });
  announce("");
  show(found);
  document.querySelector("#text [aria-current]")?.scrollIntoView({ block: "center" });
}

startLanguage(() => found && show(found));
start().catch((error) => {
  announce("");
  showError(error);
});
