// The picture itself. Lines that look the same are drawn in one stroke, so that thousands of them cost little.
const fonts = getComputedStyle(document.body).fontFamily;
// exact, strong, heuristic: the less sure, the more broken; what was denied is dashed evenly.
const DASHES = [[], [13, 3, 2.5, 3], [1.6, 4.4]];
const DENIED = [6, 5];
let batches = null;
let picture = null;

let asked = false;

// However much changes at once, the picture is painted once.
function repaint() {
  if (asked || !picture) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    picture.redraw();
  });
}

function stale() {
  batches = null;
  repaint();
}

const dashOf = (link) => (link.failed === 2 ? DENIED : DASHES[link.confidence]);

function styleOf(link, bright) {
  const on = !bright || bright.links.has(link);
  const evidence = link.path === 0 || (bright && on && link.path >= 0);
  const chosen = link === state.chosen?.link;
  const calm = link.path > 0 ? (paths.length > FEW ? 0.5 : 0.8) : state.theme === "dark" ? 0.5 : 0.4;
  return {
    colour: chosen ? colour("choice") : evidence || link.path >= 0 ? colour("evidence") : link.b.kind[state.theme],
    alpha: on ? (evidence || chosen || bright ? 0.95 : calm) : link.path >= 0 ? 0.2 : 0.07,
    width: (evidence ? 2.4 : link.path > 0 ? 1.6 : 0.9) + 0.35 * Math.log10(link.calls + 1) + (chosen ? 1.4 : 0),
    dash: dashOf(link),
    order: on ? (evidence ? 2 : link.path >= 0 ? 1 : 0) : -1,
  };
}

function gather(bright) {
  const made = new Map();
  for (const link of links) {
    if (!linkInSight(link)) continue;
    const style = styleOf(link, bright);
    style.width = Math.round(style.width * 3) / 3;
    const name = `${style.colour} ${style.alpha} ${style.width} ${style.dash}`;
    if (!made.has(name)) made.set(name, { ...style, path: new Path2D(), heads: new Path2D() });
    const batch = made.get(name);
    draw(batch.path, link.curve);
    if (style.order > 0 || link.b.x <= link.a.x || link === state.chosen?.link) arrow(batch.heads, link);
  }
  return [...made.values()].sort((one, other) => one.order - other.order);
}

function arrow(path, link) {
  const [tip, before] = [link.points[STEPS], link.points[STEPS - 2]];
  const angle = Math.atan2(tip[1] - before[1], tip[0] - before[0]);
  path.moveTo(tip[0] + 2 * Math.cos(angle), tip[1] + 2 * Math.sin(angle));
  for (const turn of [-2.65, 2.65]) path.lineTo(tip[0] + 8 * Math.cos(angle + turn), tip[1] + 8 * Math.sin(angle + turn));
  path.closePath();
}

function paintLinks(ctx, scale, bright) {
  batches ??= gather(bright);
  const thin = 1 / Math.max(scale, 0.45);
  for (const batch of batches) {
    ctx.globalAlpha = batch.alpha;
    ctx.strokeStyle = batch.colour;
    ctx.fillStyle = batch.colour;
    ctx.lineWidth = batch.width * thin;
    ctx.lineCap = batch.dash === DASHES[2] ? "round" : "butt";
    ctx.setLineDash(batch.dash.map((length) => length * thin));
    ctx.stroke(batch.path);
    ctx.setLineDash([]);
    ctx.fill(batch.heads);
  }
  ctx.globalAlpha = 1;
}

function paintNode(ctx, node, bright) {
  const on = !bright || bright.nodes.has(node);
  const [fillColour, ground] = [node.kind[state.theme], colour("ground")];
  ctx.globalAlpha = on ? 1 : node.path >= 0 ? 0.3 : 0.13;
  if (node.path >= 0 && on) {
    ctx.beginPath();
    ctx.arc(node.x, node.y, node.size + 7, 0, 2 * Math.PI);
    ctx.fillStyle = colour("evidence");
    ctx.globalAlpha = 0.16;
    ctx.fill();
    ctx.globalAlpha = 1;
  }
  if (node.heap) {
    for (const step of [5, 2.5]) paintShape(ctx, node.kind, fillColour, ground, node.x + step, node.y - step, node.size, false);
  }
  paintShape(ctx, node.kind, fillColour, ground, node.x, node.y, node.size, node.failed);
  const ring = node === state.chosen?.node ? "choice" : node === state.hover?.node ? "ink" : node.path >= 0 ? "evidence" : null;
  if (ring && on) {
    outline(ctx, node.kind, node.x, node.y, node.size + 3.2);
    ctx.strokeStyle = colour(ring);
    ctx.lineWidth = ring === "choice" ? 3 : 2;
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
}

// Called by vis-network for every frame, with the graph's own coordinates set up.
function paint(ctx, view) {
  const { width, height, scale, centre } = view;
  const screen = (x, y) => [(x - centre.x) * scale + width / 2, (y - centre.y) * scale + height / 2];
  Object.assign(screen, { scale, width });
  screen.holds = (node) => {
    const [x, y] = screen(node.x, node.y);
    return x > -240 && x < width + 40 && y > -40 && y < height + 40;
  };
  const bright = lit();
  ctx.save();
  paintLinks(ctx, scale, bright);
  for (const node of nodes) if (inSight(node) && screen.holds(node)) paintNode(ctx, node, bright);
  const ratio = ctx.canvas.width / width;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  const room = roomOf(width, height);
  room.take(0, 0, width, HEAD);
  paintWords(ctx, screen, room, bright);
  paintHead(ctx, screen, width);
  ctx.restore();
}
