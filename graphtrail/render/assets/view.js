// The window onto the graph: vis-network keeps the canvas, the panning and the zooming; we say what is painted.
const ZOOM = [0.04, 4];
const stage = byId("canvas");
const tip = byId("tip");

function begin() {
  // Where things stand is decided when the page is made; vis-network gets the nodes, but draws nothing of its own.
  const silent = () => ({ drawNode() {}, nodeDimensions: { width: 20, height: 20 } });
  const dots = island.nodes.map(({ id, x, y }) => ({ id, x, y, shape: "custom", ctxRenderer: silent }));
  picture = new vis.Network(stage, { nodes: new vis.DataSet(dots), edges: new vis.DataSet([]) }, {
    autoResize: true,
    physics: { enabled: false },
    layout: { improvedLayout: false },
    interaction: { dragNodes: false, selectable: false, hover: false, keyboard: false, zoomSpeed: 0.7 },
  });
  picture.on("beforeDrawing", (ctx) => paint(ctx, view()));
  picture.on("zoom", () => zoomTo(picture.getScale()));
  picture.on("click", ({ pointer, event }) => {
    event.preventDefault?.();
    pick(pointer.canvas);
  });
  stage.addEventListener("mousemove", hover);
  stage.addEventListener("mouseleave", () => hoverOver(null));
  for (const inner of stage.querySelectorAll("[tabindex]")) inner.tabIndex = -1;
  first();
}

function view() {
  return { width: stage.clientWidth, height: stage.clientHeight, scale: picture.getScale(), centre: picture.getViewPosition() };
}

function zoomTo(scale) {
  const wanted = Math.min(ZOOM[1], Math.max(ZOOM[0], scale));
  if (wanted !== picture.getScale()) picture.moveTo({ scale: wanted });
}

function under(point, reach) {
  const units = reach / picture.getScale();
  const node = nodeAt(point.x, point.y, units);
  if (node) return { node };
  const link = linkAt(point.x, point.y, units + 2);
  return link ? { link } : null;
}

function pick(point) {
  change({ chosen: under(point, 5) });
}

function hover(event) {
  const frame = stage.getBoundingClientRect();
  const point = picture.DOMtoCanvas({ x: event.clientX - frame.left, y: event.clientY - frame.top });
  hoverOver(event.buttons ? null : under(point, 4), event);
}

function hoverOver(found, event) {
  const same = found?.node === state.hover?.node && found?.link === state.hover?.link;
  stage.style.cursor = found ? "pointer" : "";
  tip.hidden = !found;
  if (found) {
    const { node, link } = found;
    const words_ = node
      ? `${node.name}\n${node.heap ? "folded" : node.label} \u00b7 ${count(node.calls, "call", "calls")}`
      : `${words(link)}\n${count(link.calls, "call", "calls")} \u00b7 ${span(link.first, link.last)}`;
    if (!same) fill(tip, words_);
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(event.clientY + 16, innerHeight - tip.offsetHeight - 8)}px`;
  }
  if (same) return;
  state.hover = found;
  repaint();
}

// The part of the graph that some nodes take; margins on the screen leave room for labels and pills.
const ROOM = { left: nodes.some((node) => node.kind.name === "address") ? 112 : 44, right: 130, top: HEAD + 56, bottom: 62 };

function frameOf(some) {
  const [xs, ys] = [some.map((node) => node.x), some.map((node) => node.y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

function show(frame, least, most) {
  const { width, height } = view();
  const [wide, tall] = [Math.max(80, width - ROOM.left - ROOM.right), Math.max(80, height - ROOM.top - ROOM.bottom)];
  const [across, down] = [Math.max(1, frame.right - frame.left), Math.max(1, frame.bottom - frame.top)];
  const scale = Math.min(most, Math.max(least, Math.min(wide / across, tall / down)));
  // What does not fit is cut at the right and at the bottom: chains begin at the left, evidence stands at the top.
  const left = ROOM.left + Math.max(0, (wide - across * scale) / 2);
  const top = ROOM.top + Math.max(0, (tall - down * scale) / 2);
  picture.moveTo({
    position: { x: frame.left + (width / 2 - left) / scale, y: frame.top + (height / 2 - top) / scale },
    scale,
  });
}

function fit() {
  const some = nodes.filter(inSight);
  if (some.length) show(frameOf(some), ZOOM[0], 1.25);
}

function showPath(path) {
  const some = [...new Set(path.links.flatMap((link) => [link.a, link.b]))];
  if (some.length) show(frameOf(some), 0.3, 1.15);
}

// As much as can be read: the evidence from end to end, or from its start if it is too long, and what stands below it.
function first() {
  if (!nodes.length) return;
  const all = frameOf(nodes);
  const on = paths.length ? frameOf(paths[0].links.flatMap((link) => [link.a, link.b])) : all;
  const wide = view().width - ROOM.left - (paths.length ? ROOM.right / 2 : ROOM.right);
  const fitting = Math.min(1.15, wide / Math.max(1, on.right - all.left));
  const scale = fitting < 0.36 ? 0.62 : fitting;
  show({ ...all, right: Math.min(all.right, all.left + wide / scale) }, scale, 1.15);
}

function centre(node) {
  const { width, height, scale, centre: now } = view();
  const [x, y] = [(node.x - now.x) * scale + width / 2, (node.y - now.y) * scale + height / 2];
  const seen = x > 40 && x < width - 120 && y > HEAD + 20 && y < height - 60;
  if (!seen || scale < 0.45) picture.moveTo({ position: { x: node.x, y: node.y }, scale: Math.max(scale, 0.7) });
}

// A step with an arrow key: along the busiest line to the left or right, or to the neighbour above or below.
function walk(key) {
  const from = state.chosen?.node ?? state.chosen?.link?.b;
  if (!from) return choose(paths[0]?.links[0]?.a ?? nodes.find(inSight));
  const sideways = { ArrowRight: [from.outs, "b"], ArrowLeft: [from.ins, "a"] }[key];
  if (sideways) {
    const [along, end] = sideways;
    const next = [...along].filter(linkInSight).sort((one, other) => (other.path === 0) - (one.path === 0))[0];
    return next && choose(next[end]);
  }
  const down = key === "ArrowDown" ? 1 : -1;
  const column = nodes.filter((node) => node.x === from.x && inSight(node) && (node.y - from.y) * down > 0);
  column.sort((one, other) => (one.y - other.y) * down);
  return column.length && choose(column[0]);
}

function choose(node) {
  if (!node) return;
  change({ chosen: { node } });
  centre(node);
  say(`${node.heap ? "Folded group" : node.label} ${node.name}: ${many(node.ins.length)} in, ${many(node.outs.length)} out`);
}

function chooseLink(link) {
  change({ chosen: { link } });
  say(`${words(link)}, ${count(link.calls, "call", "calls")}`);
}

function choosePath(path) {
  change({ chosen: { path } });
  showPath(path);
  say(`Path ${path.number + 1}: ${count(path.hops.length, "hop", "hops")}`);
}
