// What a reader can do with the page beyond reading: nothing is needed to read it.
"use strict";

const rowsOf = (table) => [...table.tBodies].flatMap((body) => [...body.rows]);

// A field that finds rows, and a box that leaves those that matter.
function addFilter(table) {
  const tools = document.createElement("div");
  const field = Object.assign(document.createElement("input"), { type: "search", placeholder: table.dataset.filter });
  field.setAttribute("aria-label", table.dataset.filter);
  const only = Object.assign(document.createElement("input"), { type: "checkbox" });
  const label = document.createElement("label");
  const count = document.createElement("output");
  tools.className = "tools";
  label.append(only, ` ${table.dataset.only}`);
  tools.append(field, ...(table.dataset.only ? [label] : []), count);
  const rows = rowsOf(table).filter((row) => !row.classList.contains("group"));
  const groups = new Map();
  for (const body of table.tBodies) {
    const head = body.querySelector(".group");
    for (const row of body.rows) groups.set(row, head);
  }
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/);
    const used = new Set();
    for (const row of rows) {
      const head = groups.get(row);
      const text = `${row.textContent} ${head ? head.textContent : ""}`.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word)) || (only.checked && !row.classList.contains("only"));
      if (!row.hidden) used.add(head);
    }
    const sorted = table.querySelector("[aria-sort]") !== null;
    for (const head of new Set(groups.values())) if (head) head.hidden = sorted || !used.has(head);
    const shown = rows.filter((row) => !row.hidden).length;
    count.textContent = shown === rows.length ? "" : `${shown} of ${rows.length} shown`;
  };
  field.addEventListener("input", show);
  only.addEventListener("change", show);
  table.addEventListener("sorted", show);
  table.parentElement.before(tools);
}

// Heads that sort: up, down, and back to the order and the groups of the report.
function addSorting(table) {
  const bodies = [...table.tBodies].map((body) => [body, [...body.rows]]);
  const heads = [...table.tHead.rows[0].cells];
  const restore = () => bodies.forEach(([body, rows]) => body.append(...rows));
  const sort = (column, kind, turn) => {
    const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
    const number = (row) => (key(row) === "" ? -Infinity : Number(key(row)));
    const rows = bodies.flatMap(([, each]) => each).filter((row) => !row.classList.contains("group"));
    rows.sort((a, b) => turn * (kind === "number" ? number(a) - number(b) : key(a).localeCompare(key(b))));
    bodies[0][0].append(...rows);
  };
  heads.forEach((head, column) => {
    if (!head.dataset.sort) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "sort" });
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const first = head.dataset.sort === "number" ? "descending" : "ascending";
      const second = first === "ascending" ? "descending" : "ascending";
      const now = head.getAttribute("aria-sort");
      const next = now === null ? first : now === first ? second : null;
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      restore();
      if (next !== null) {
        head.setAttribute("aria-sort", next);
        sort(column, head.dataset.sort, next === "ascending" ? 1 : -1);
      }
      table.dispatchEvent(new Event("sorted"));
    });
  });
}

// A link into something folded unfolds it, and paper has no folds.
function unfold() {
  const aim = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = aim && aim.closest("details");
  if (folded) folded.open = true;
  if (folded) aim.scrollIntoView();
}

document.querySelectorAll("table[data-filter]").forEach(addFilter);
document.querySelectorAll("table:has([data-sort])").forEach(addSorting);
// What does not scroll is no stop on the way of the tabulator key.
const sized = new ResizeObserver((seen) => seen.forEach(({ target }) => (target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1)));
document.querySelectorAll(".scroll, .wide, pre").forEach((part) => sized.observe(part));
for (const part of document.querySelectorAll(".meaning a")) part.addEventListener("click", () => part.closest(".meaning").hidePopover());
addEventListener("hashchange", unfold);
unfold();
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  folded.forEach((each) => (each.open = true));
});
addEventListener("afterprint", () => folded.forEach((each) => (each.open = false)));
