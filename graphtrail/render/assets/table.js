// The answer as a table: sorted by a click, cells that name a node lead to it.
const AT_ONCE = 200;
let order = { column: -1, down: false };

function cellsOf(row) {
  return row.map((cell) => values[cell]);
}

function sorted() {
  const rows = island.table.rows.map(cellsOf);
  if (order.column < 0) return rows;
  const key = (row) => row[order.column];
  const compare = (one, other) => {
    if (one === null || other === null) return (one === null) - (other === null);
    if (typeof one === "number" && typeof other === "number") return one - other;
    return String(one) < String(other) ? -1 : Number(String(one) > String(other));
  };
  return rows.sort((one, other) => compare(key(one), key(other)) * (order.down ? -1 : 1));
}

function showTable() {
  const { columns, rows, total } = island.table;
  fill(byId("rows-count"), total === rows.length ? count(total, "row", "rows") : `${many(rows.length)} of ${many(total)} rows; for all of them ask with --output csv`);
  if (!rows.length) {
    fill(byId("rows"), el("p", "note", "No row."));
    return;
  }
  const names = columns.map((at) => values[at]);
  const heads = names.map((name, column) => {
    const press = button("", () => {
      order = { column, down: order.column === column && !order.down };
      showTable();
    }, name);
    const head = el("th", "", press);
    head.scope = "col";
    if (order.column === column) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
    return head;
  });
  const body = el("tbody", "");
  const all = sorted();
  const more = (from) => {
    for (const row of all.slice(from, from + AT_ONCE)) body.appendChild(el("tr", "", ...row.map((value, at) => cell(names[at], value))));
  };
  more(0);
  fill(byId("rows"), el("table", "", el("thead", "", el("tr", "", ...heads)), body));
  if (all.length > AT_ONCE) {
    const press = button("small", () => {
      more(body.children.length);
      if (body.children.length >= all.length) press.remove();
    }, `show more of ${many(all.length)} rows`);
    byId("rows").appendChild(el("p", "note", press));
  }
}

function cell(name, value) {
  const node = typeof value === "string" ? byKey.get(value) : undefined;
  const words_ = shown(name, value);
  const made = el("td", value === "denied" || value === "error" ? "bad" : "", node ? button("go", () => choose(node), words_) : words_);
  made.title = words_;
  return made;
}

function foldTable() {
  const press = byId("fold");
  const open = press.getAttribute("aria-expanded") !== "true";
  press.setAttribute("aria-expanded", String(open));
  byId("rows").hidden = !open;
}
