// Sorts the list of reports by a click on the head of a column; a second click turns the order.

const table = document.querySelector("table.list");
const heads = [...(table?.querySelectorAll("[data-sort]") ?? [])];
const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });

const textOf = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();

function sort(column) {
  const head = heads[column];
  const isDown = head.ariaSort === "ascending";
  for (const other of heads) other.ariaSort = null;
  head.ariaSort = isDown ? "descending" : "ascending";
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) => collator.compare(textOf(a, column), textOf(b, column)));
  body.append(...(isDown ? rows.reverse() : rows));
}

heads.forEach((head, column) => {
  const button = document.createElement("button");
  button.append(...head.childNodes);
  button.addEventListener("click", () => sort(column));
  head.append(button);
});
