// Comfort for the page of a report; without it the links between values and text work all the same.

const record = document.querySelector(".record");
const source = document.querySelector(".source");
const bar = record.querySelector(".bar");
const filter = bar.querySelector("select");
const count = bar.querySelector("output");
const selected = bar.querySelector(".selected span");
const wrong = bar.querySelector(".wrong");
const alert = bar.querySelector("[role=alert]");
const DOUBTFUL = 0.9;

// The values at their own places, not those repeated in equations.
const values = [...record.querySelectorAll(".value[id]")];
const confidence = (node) => Number(node.dataset.confidence);
const markOf = (value) => document.querySelector(value.getAttribute("href"));

// --- Filter -----------------------------------------------------------------------

function applyFilter() {
  const least = Number(filter.value);
  let shown = 0;
  for (const value of values) {
    const isAside = confidence(value) >= least;
    shown += !isAside;
    value.closest("td")?.classList.toggle("aside", isAside);
    for (const mark of document.querySelectorAll(`.mark[href="#${value.id}"]`)) mark.classList.toggle("aside", isAside);
  }
  for (const item of record.querySelectorAll(".figures li")) item.hidden = confidence(item) >= least;
  for (const family of record.querySelectorAll(".family")) family.hidden = !family.querySelector("li:not([hidden])");
  count.textContent = count.dataset.text.replace("{n}", shown);
}

// --- The value that is looked at ---------------------------------------------------

let current = null;

function choose(value) {
  for (const node of document.querySelectorAll(".current")) node.classList.remove("current");
  current = value;
  value.classList.add("current");
  markOf(value)?.classList.add("current");
  selected.textContent = `${value.dataset.label}  ${value.textContent.trim()}  ${value.dataset.sure}`;
  if (wrong) wrong.disabled = false;
  alert.hidden = true;
}

/** The value that an address such as #e-17 or #f-17 speaks of. */
function follow() {
  const number = location.hash.match(/^#[ef]-(\d+)$/)?.[1];
  const value = number && document.getElementById(`f-${number}`);
  if (value) choose(value);
}

function step(by) {
  const least = Number(filter.value);
  const doubtful = values.filter((value) => confidence(value) < Math.min(least, least > 1 ? DOUBTFUL : 1));
  if (!doubtful.length) return;
  const order = Node.DOCUMENT_POSITION_FOLLOWING;
  const after = (value) => !current || current.compareDocumentPosition(value) & order;
  const before = (value) => current && value !== current && !after(value);
  const value = by > 0 ? doubtful.find(after) ?? doubtful[0] : doubtful.findLast(before) ?? doubtful.at(-1);
  choose(value);
  // At once: a second smooth movement would stop the first. Where both scroll the same page, the value stays in view.
  if (getComputedStyle(source).overflowY === "auto") markOf(value)?.scrollIntoView({ block: "center", behavior: "instant" });
  value.scrollIntoView({ block: "center", behavior: "instant" });
  value.focus({ preventScroll: true });
}

// --- Corrections, where there is a service -------------------------------------------

async function correct() {
  wrong.disabled = true;
  alert.hidden = true;
  const { start, end } = current.dataset;
  try {
    const response = await fetch(bar.dataset.corrections, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ start: Number(start), end: Number(end) }),
    });
    const reply = await response.json();
    if (!response.ok) throw new Error(reply.detail);
    location.assign(reply.url);
  } catch (error) {
    alert.textContent = error.message;
    alert.hidden = false;
  }
  wrong.disabled = false;
}

// --- Start ---------------------------------------------------------------------------

bar.hidden = false;
filter.addEventListener("change", applyFilter);
for (const button of bar.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () => step(Number(button.dataset.step)));
}
wrong?.addEventListener("click", correct);
bar.addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", follow);
record.addEventListener("focusin", (event) => {
  const value = event.target.closest(".value[id]");
  if (value) choose(value);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("select, input, textarea")) return;
  if (event.key === "n" || event.key === "p") {
    event.preventDefault();
    step(event.key === "n" ? 1 : -1);
  }
});
applyFilter();
follow();
