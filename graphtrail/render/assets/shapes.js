// One outline for each kind, drawn around (x, y) so that all look equally large.
function polygon(ctx, x, y, radius, corners, turn) {
  for (let corner = 0; corner < corners; corner += 1) {
    const angle = turn + (corner * 2 * Math.PI) / corners;
    const [px, py] = [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    if (corner) ctx.lineTo(px, py);
    else ctx.moveTo(px, py);
  }
  ctx.closePath();
}

function through(ctx, x, y, radius, points) {
  points.forEach(([dx, dy], at) => {
    if (at) ctx.lineTo(x + dx * radius, y + dy * radius);
    else ctx.moveTo(x + dx * radius, y + dy * radius);
  });
  ctx.closePath();
}

const CROSS = [
  [-0.35, -1], [0.35, -1], [0.35, -0.35], [1, -0.35], [1, 0.35], [0.35, 0.35],
  [0.35, 1], [-0.35, 1], [-0.35, 0.35], [-1, 0.35], [-1, -0.35], [-0.35, -0.35],
];

const OUTLINES = new Map([
  ["triangle", (ctx, x, y, r) => polygon(ctx, x, y + r * 0.15, r * 1.2, 3, -Math.PI / 2)],
  ["circle", (ctx, x, y, r) => { ctx.moveTo(x + r, y); ctx.arc(x, y, r, 0, 2 * Math.PI); }],
  ["diamond", (ctx, x, y, r) => polygon(ctx, x, y, r * 1.2, 4, -Math.PI / 2)],
  ["pentagon", (ctx, x, y, r) => polygon(ctx, x, y + r * 0.08, r * 1.12, 5, -Math.PI / 2)],
  ["square", (ctx, x, y, r) => ctx.roundRect(x - r * 0.92, y - r * 0.92, r * 1.84, r * 1.84, r * 0.4)],
  ["hexagon", (ctx, x, y, r) => polygon(ctx, x, y, r * 1.1, 6, 0)],
  ["cylinder", (ctx, x, y, r) => {
    const [half, top, deep] = [r * 0.92, y - r * 0.72, r * 0.36];
    ctx.moveTo(x - half, top);
    ctx.ellipse(x, top, half, deep, 0, Math.PI, 2 * Math.PI);
    ctx.lineTo(x + half, y + r * 0.72);
    ctx.ellipse(x, y + r * 0.72, half, deep, 0, 0, Math.PI);
    ctx.closePath();
    ctx.moveTo(x + half, top);
    ctx.ellipse(x, top, half, deep, 0, 0, Math.PI);
  }],
  ["document", (ctx, x, y, r) => through(ctx, x, y, r, [[-0.78, -1], [0.28, -1], [0.78, -0.45], [0.78, 1], [-0.78, 1]])],
  ["shield", (ctx, x, y, r) => {
    ctx.moveTo(x - r * 0.95, y - r * 0.85);
    ctx.lineTo(x + r * 0.95, y - r * 0.85);
    ctx.bezierCurveTo(x + r * 0.95, y + r * 0.35, x + r * 0.5, y + r * 0.85, x, y + r * 1.15);
    ctx.bezierCurveTo(x - r * 0.5, y + r * 0.85, x - r * 0.95, y + r * 0.35, x - r * 0.95, y - r * 0.85);
    ctx.closePath();
  }],
  ["hourglass", (ctx, x, y, r) => through(ctx, x, y, r, [[-1, -0.95], [1, -0.95], [0.3, 0], [1, 0.95], [-1, 0.95], [-0.3, 0]])],
  ["cross", (ctx, x, y, r) => through(ctx, x, y, r, CROSS)],
]);

function outline(ctx, kind, x, y, radius) {
  ctx.beginPath();
  OUTLINES.get(kind.shape)(ctx, x, y, radius);
}

function paintShape(ctx, kind, colour, ground, x, y, radius, hollow) {
  outline(ctx, kind, x, y, radius);
  ctx.fillStyle = hollow ? ground : colour;
  ctx.fill();
  ctx.strokeStyle = hollow ? colour : ground;
  ctx.lineWidth = hollow ? 2 : 1;
  ctx.stroke();
}

// A small picture in the legend, lists and panels; it is repainted when the theme changes.
const icons = new Set();

function canvasOf(width, height, paint) {
  const made = el("canvas");
  const ratio = Math.max(1, globalThis.devicePixelRatio || 1);
  [made.width, made.height] = [width * ratio, height * ratio];
  made.style.width = `${width}px`;
  made.style.height = `${height}px`;
  made.setAttribute("aria-hidden", "true");
  const entry = { made, paint() {
    const ctx = made.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    paint(ctx);
  } };
  entry.paint();
  icons.add(entry);
  return made;
}

function icon(kind) {
  return canvasOf(16, 16, (ctx) => paintShape(ctx, kind, kind[state.theme], colour("ground"), 8, 8, 6.2, false));
}

function repaintIcons() {
  for (const entry of icons) {
    if (entry.made.isConnected) entry.paint();
    else icons.delete(entry);
  }
}
