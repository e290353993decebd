// Where the lines run, and which of them lies under the pointer.
const STEPS = 18;

// From the right side of the one to the left side of the other; what runs backwards goes the other way round.
function control(link) {
  const { a, b } = link;
  if (a === b) {
    const reach = a.size * 4;
    return [a.x, a.y - a.size, a.x - reach, a.y - reach, a.x + reach, a.y - reach, a.x, a.y - a.size];
  }
  const [dx, gap] = [b.x - a.x, 3];
  const side = dx < 0 ? -1 : 1;
  const [x0, x3] = [a.x + side * (a.size + gap), b.x - (dx ? side : -1) * (b.size + gap)];
  const pull = dx ? Math.max(24, Math.abs(x3 - x0) / 2) : 46 + Math.abs(link.bow);
  const push = (link.bow * 4) / 3;
  return [x0, a.y, x0 + side * pull, a.y + push, x3 - (dx ? side : -1) * pull, b.y + push, x3, b.y];
}

function at(curve, t) {
  const u = 1 - t;
  const [k0, k1, k2, k3] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return [
    k0 * curve[0] + k1 * curve[2] + k2 * curve[4] + k3 * curve[6],
    k0 * curve[1] + k1 * curve[3] + k2 * curve[5] + k3 * curve[7],
  ];
}

for (const link of links) {
  link.curve = control(link);
  link.straight = link.a.y === link.b.y && !link.bow && link.a.x < link.b.x;
  link.points = Array.from({ length: STEPS + 1 }, (_, step) => at(link.curve, step / STEPS));
  const [xs, ys] = [0, 1].map((axis) => link.points.map((point) => point[axis]));
  link.box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function draw(path, curve) {
  path.moveTo(curve[0], curve[1]);
  path.bezierCurveTo(curve[2], curve[3], curve[4], curve[5], curve[6], curve[7]);
}

function away(px, py, [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const along = dx || dy ? Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy))) : 0;
  return Math.hypot(px - ax - along * dx, py - ay - along * dy);
}

// The node at a point of the graph, else the line nearest to it, within so many units of the graph.
function nodeAt(x, y, reach) {
  let [best, near] = [null, Infinity];
  for (const node of nodes) {
    const distance = Math.hypot(node.x - x, node.y - y);
    if (distance <= node.size + reach && distance < near && inSight(node)) [best, near] = [node, distance];
  }
  return best;
}

function linkAt(x, y, reach) {
  let [best, near] = [null, reach];
  for (const link of links) {
    const [x0, y0, x1, y1] = link.box;
    if (x < x0 - reach || x > x1 + reach || y < y0 - reach || y > y1 + reach || !linkInSight(link)) continue;
    for (let step = 0; step < STEPS; step += 1) {
      const distance = away(x, y, link.points[step], link.points[step + 1]);
      if (distance < near) [best, near] = [link, distance];
    }
  }
  return best;
}
