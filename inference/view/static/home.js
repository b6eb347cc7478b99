// Hands in files or pasted text, shows how far the job is, and leads to its records.

const words = JSON.parse(document.querySelector("main").dataset.messages);
const files = document.querySelector("#files");
const chosen = document.querySelector("#chosen");
const paste = document.querySelector("#paste");
const alert = document.querySelector("#alert");
const job = document.querySelector("#job");
const bar = job.querySelector("progress");
const status = job.querySelector("[role=status]");
const results = job.querySelector("#results");
const cancel = job.querySelector("#cancel");
const documents = job.querySelector("#documents");

const PAUSE_MS = { first: 300, longest: 2000, growth: 1.3 };

const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

class Refused extends Error {}

/** The reply as JSON; what went wrong is an error with a sentence for the person. */
async function request(path, options = {}) {
  let response, reply;
  try {
    response = await fetch(path, options);
    reply = await response.json();
  } catch {
    throw new Refused(say("unreachable"));
  }
  if (!response.ok) throw new Refused(reply.detail ?? reply.title);
  return reply;
}

const post = (path) => request(path, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });

// --- A job ------------------------------------------------------------------------

let id = null;

async function handIn(handed) {
  const largest = Number(files.dataset.largest);
  const large = handed.find((file) => file.size > largest);
  alert.textContent = large ? say("large", { name: large.name }) : "";
  if (large || !handed.length) return;
  const body = new FormData();
  for (const file of handed) body.append("files", file);
  setBusy(true);
  show({ state: "waiting", total: handed.length, done: 0, failed: 0, documents: [] });
  status.textContent = say("sending");
  try {
    ({ id } = await request("/v1/jobs", { method: "POST", body }));
    cancel.hidden = false;
    await watch();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    alert.textContent = error.message;
    job.hidden = id === null;
  } finally {
    setBusy(false);
  }
}

async function watch() {
  for (let time = PAUSE_MS.first; ; time = Math.min(time * PAUSE_MS.growth, PAUSE_MS.longest)) {
    const state = await request(`/v1/jobs/${encodeURIComponent(id)}`);
    show(state);
    if (state.state === "done" || state.state === "cancelled") return finish(state);
    await pause(time);
  }
}

function show({ total, done, failed, documents: all }) {
  job.hidden = false;
  results.hidden = true;
  bar.max = total;
  bar.value = done + failed;
  status.textContent = say("count", { done, total, failed });
  documents.replaceChildren(...all.map(line));
}

function line({ source, state, record, failure }) {
  const item = document.createElement("li");
  item.className = state;
  const name = document.createElement(record ? "a" : "span");
  if (record) name.href = `/records/${encodeURIComponent(record)}`;
  name.textContent = source;
  item.append(name, ` ${say(state)}`);
  if (failure) item.append(` · ${words[`code.${failure.code}`] ?? failure.code} `, inEnglish(failure.message));
  return item;
}

/** What only the program's own language says. */
function inEnglish(text) {
  const small = document.createElement("small");
  small.lang = "en";
  small.textContent = text;
  return small;
}

function finish({ documents: all }) {
  const records = all.filter((document) => document.record);
  cancel.hidden = true;
  if (!records.length) return;
  results.textContent = say("results", { n: records.length });
  results.href = records.length === 1
    ? `/records/${encodeURIComponent(records[0].record)}`
    : `/records?job=${encodeURIComponent(id)}`;
  results.hidden = false;
  results.focus();
}

function setBusy(isBusy) {
  for (const form of [files, paste]) form.inert = isBusy;
  if (isBusy) id = null;
  else cancel.hidden = true;
}

// --- Start --------------------------------------------------------------------------

chosen.addEventListener("change", async () => {
  await handIn([...chosen.files]);
  chosen.value = "";
});
paste.addEventListener("submit", (event) => {
  event.preventDefault();
  handIn([new File([document.querySelector("#pasted").value], "text.txt", { type: "text/plain" })]);
});
cancel.addEventListener("click", async () => {
  cancel.hidden = true;
  try {
    await post(`/v1/jobs/${encodeURIComponent(id)}/cancel`);
  } catch (error) {
    alert.textContent = error.message;
  }
});
// The whole page takes files, so that one dropped beside the field does not replace it.
addEventListener("dragover", (event) => {
  event.preventDefault();
  files.classList.add("over");
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) files.classList.remove("over");
});
addEventListener("drop", (event) => {
  event.preventDefault();
  files.classList.remove("over");
  if (!files.inert) handIn([...event.dataTransfer.files]);
});
