// The legend is the filter: each kind with how many of it are in sight.
const rowsOfKinds = new Map();

function listKinds() {
  for (const kind of kinds) {
    const some = nodes.filter((node) => node.kind === kind);
    if (!some.length) continue;
    const tally = el("span", "count");
    const press = button("row", (event) => toggle(kind, event.shiftKey), icon(kind), el("span", "text", kind.title), tally);
    press.title = "Click hides or shows; Shift+click shows only these";
    byId("kinds").appendChild(el("li", "", press));
    rowsOfKinds.set(kind, { press, tally, alone: some.filter((node) => !node.heap).length, heaps: some.filter((node) => node.heap) });
  }
  byId("all").addEventListener("click", () => change({ hidden: new Set() }));
  countKinds();
}

function toggle(kind, only) {
  const hidden = new Set(only ? [...rowsOfKinds.keys()].filter((other) => other !== kind) : state.hidden);
  if (!only && !hidden.delete(kind)) hidden.add(kind);
  change({ hidden });
}

function countKinds() {
  byId("all").hidden = !state.hidden.size;
  for (const [kind, { press, tally, alone, heaps }] of rowsOfKinds) {
    const off = state.hidden.has(kind);
    const folded = heaps.reduce((sum, node) => sum + node.heap.total, 0);
    press.setAttribute("aria-pressed", String(!off));
    fill(tally, off ? `0 of ${many(alone)}` : many(alone), folded ? ` + ${many(folded)}` : "");
    tally.title = folded ? `${many(folded)} more are folded` : "";
  }
}

function listLines() {
  const samples = [
    ["evidence path", "evidence", [], 2.6],
    ["exact", "quiet", DASHES[0], 1.6],
    ["strong", "quiet", DASHES[1], 1.6],
    ["heuristic", "quiet", DASHES[2], 1.8],
    ["denied or failed", "quiet", DENIED, 1.6],
  ];
  for (const [title, ink, dash, width] of samples) {
    const sample = canvasOf(34, 12, (ctx) => {
      ctx.strokeStyle = colour(ink);
      ctx.lineWidth = width;
      ctx.lineCap = dash === DASHES[2] ? "round" : "butt";
      ctx.setLineDash(dash);
      ctx.beginPath();
      ctx.moveTo(1, 6);
      ctx.lineTo(33, 6);
      ctx.stroke();
    });
    byId("lines").appendChild(el("li", "", sample, title));
  }
}
