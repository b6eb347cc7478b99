
const find = document.getElementById("find"), rows = document.querySelectorAll("[data-agency]");
const groups = document.querySelectorAll("details.group"), left = document.getElementById("left");
// What the page opens by itself, so that emptying the box brings back what was there.
const opened = new Set();
function filter() {
  const wanted = find.value.normalize("NFKC").trim().toLowerCase();
  for (const row of rows) row.hidden = !row.dataset.agency.toLowerCase().includes(wanted);
  let shown = 0;
  for (const group of groups) {
    const found = group.querySelectorAll("[data-agency]:not([hidden])").length;
    shown += found;
    group.hidden = wanted !== "" && !found;
    if (wanted && found && !group.open) { group.open = true; opened.add(group); }
    if (!wanted && opened.delete(group)) group.open = false;
  }
  left.textContent = wanted ? shown + " of the findings listed here 所列中符合" : "";
}
find.addEventListener("input", filter);
filter();
