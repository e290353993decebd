// Labels, pills and column titles: of one size on the screen, drawn only where there is room, the important ones first.
const CELL = 4;
const HEAD = 28;
const FEW = 5;

// Which parts of the screen are taken.
function roomOf(width, height) {
  const [columns, rows] = [Math.ceil(width / CELL) + 1, Math.ceil(height / CELL) + 1];
  const taken = new Uint8Array(columns * rows);
  const over = (x0, y0, x1, y1, act) => {
    const [left, right] = [Math.max(0, Math.floor(x0 / CELL)), Math.min(columns - 1, Math.floor(x1 / CELL))];
    const [top, bottom] = [Math.max(0, Math.floor(y0 / CELL)), Math.min(rows - 1, Math.floor(y1 / CELL))];
    for (let row = top; row <= bottom; row += 1) {
      for (let column = left; column <= right; column += 1) if (act(row * columns + column)) return false;
    }
    return true;
  };
  return {
    free: (...box) => over(...box, (cell) => taken[cell]),
    take: (...box) => over(...box, (cell) => { taken[cell] = 1; }),
  };
}

function write(ctx, words, x, y, ink) {
  ctx.lineWidth = 3.5;
  ctx.lineJoin = "round";
  ctx.strokeStyle = colour("ground");
  ctx.strokeText(words, x, y);
  ctx.fillStyle = ink;
  ctx.fillText(words, x, y);
}

const fontOf = (size, bold) => `${bold ? "600 " : ""}${size}px ${fonts}`;

// Nodes in the order in which they get a label.
const byWeight = [...nodes].sort((one, other) => (
  (other.path === 0) - (one.path === 0) || (one.path === 0 ? one.x - other.x : other.calls - one.calls) || one.id - other.id
));

function rank(node, bright) {
  if (node === state.chosen?.node || node === state.hover?.node) return 0;
  if (node.path === 0) return 1;
  if (bright?.nodes.has(node)) return 2;
  return node.path > 0 ? 3 : 4;
}

// The label of a node on a path stands under it: on the spine in the first of three rows that is free, shortened if none is.
function placeUnder(ctx, room, node, screen) {
  const [x, y, r] = [...screen(node.x, node.y), node.size * screen.scale];
  for (const longest of [30, 18, 11]) {
    const words_ = shortened(node.short, longest);
    const wide = ctx.measureText(words_).width;
    const from = Math.max(4, Math.min(x - wide / 2, screen.width - wide - 4));
    for (const row of node.path ? [0] : [0, 1, 2]) {
      const py = y + r + 13 + row * 17;
      if (room.free(from, py - 6, from + wide, py + 6)) return { words: words_, x: from, y: py, wide };
    }
  }
  return null;
}

function shortened(words_, longest) {
  const half = Math.floor((longest - 1) / 2);
  return words_.length > longest ? `${words_.slice(0, half)}\u2026${words_.slice(-half)}` : words_;
}

function placeBeside(ctx, room, node, screen, tries) {
  const [x, y, r] = [...screen(node.x, node.y), node.size * screen.scale];
  const wide = ctx.measureText(node.short).width;
  const [right, left] = [[x + r + 6, y], [x - r - 6 - wide, y]];
  const places = [node.kind.name === "address" ? left : right, left, [x - wide / 2, y - r - 12], [x - wide / 2, y + r + 13]];
  const free = places.slice(0, tries).find(([px, py]) => room.free(px, py - 6, px + wide, py + 6));
  return free ? { words: node.short, x: free[0], y: free[1], wide } : null;
}

function placeLabel(ctx, room, node, screen, group) {
  const place = (node.path >= 0 && placeUnder(ctx, room, node, screen))
    || placeBeside(ctx, room, node, screen, group > 2 ? 1 : 4);
  if (!place && group === 0) {
    const [x, y] = screen(node.x, node.y);
    return { words: node.short, x: x + node.size * screen.scale + 6, y: y - 14, wide: 0 };
  }
  if (place) room.take(place.x - 2, place.y - 7, place.x + place.wide + 2, place.y + 7);
  return place;
}

function paintLabels(ctx, screen, room, bright, groups) {
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  const inView = byWeight.filter((node) => inSight(node) && screen.holds(node) && (!bright || bright.nodes.has(node)));
  for (const group of groups) {
    for (const node of inView) {
      if (rank(node, bright) !== group) continue;
      ctx.font = fontOf(node.path === 0 || group === 0 ? 12 : 11.5, node.path === 0 || group === 0);
      const place = placeLabel(ctx, room, node, screen, group);
      if (place) write(ctx, place.words, place.x, place.y, node.path === 0 ? colour("evidence") : colour(group < 4 ? "ink" : "quiet"));
    }
  }
}

// What a line says of itself: verb and calls, then the time, as much as there is room for.
function pillLines(ctx, link, room) {
  const head = link.calls > 1 ? `${link.type.verb} \u00d7${many(link.calls)}` : link.type.verb;
  const choices = [[head, shortTime(link.first)], [head], [`\u00d7${many(link.calls)}`]];
  return choices.find((lines) => Math.max(...lines.map((line) => ctx.measureText(line).width)) + 14 <= room) ?? null;
}

function paintPill(ctx, screen, room, link, important) {
  const [from, to] = [screen(link.curve[0], link.curve[1]), screen(link.curve[6], link.curve[7])];
  ctx.font = fontOf(11, true);
  const lines = pillLines(ctx, link, link.straight ? to[0] - from[0] : Math.hypot(to[0] - from[0], to[1] - from[1]));
  if (!lines) return;
  const wide = Math.max(...lines.map((line) => ctx.measureText(line).width)) + 12;
  const tall = lines.length * 14 + 5;
  const [x, middle] = screen(...link.points[STEPS / 2]);
  const y = middle - (link.straight ? tall / 2 + 6 : 0);
  const box = [x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2];
  if (!important && !room.free(...box)) return;
  room.take(...box);
  const ink = colour(link === state.chosen?.link ? "choice" : "evidence");
  ctx.beginPath();
  ctx.roundRect(box[0], box[1], wide, tall, 7);
  ctx.fillStyle = colour("ground");
  ctx.fill();
  ctx.strokeStyle = ink;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  lines.forEach((line, number) => {
    ctx.font = number ? fontOf(10.5, false) : fontOf(11, true);
    ctx.fillStyle = number ? colour("quiet") : ink;
    ctx.fillText(line, x, y + (number - (lines.length - 1) / 2) * 14);
  });
}

const onSpine = (link) => link === state.chosen?.link || (link.path === 0 && link.straight);

// First what is said of the spine and the choice, then what there is room for.
function paintWords(ctx, screen, room, bright) {
  for (const node of nodes) {
    if (!inSight(node) || !screen.holds(node) || (bright && !bright.nodes.has(node))) continue;
    const [[x, y], r] = [screen(node.x, node.y), Math.max(2, node.size * screen.scale)];
    room.take(x - r, y - r, x + r, y + r);
  }
  const marked = links.filter((link) => (link.path >= 0 || link === state.chosen?.link) && linkInSight(link));
  const seen = marked.filter((link) => !bright || bright.links.has(link)).sort((one, other) => one.path - other.path);
  for (const link of seen) if (onSpine(link)) paintPill(ctx, screen, room, link, true);
  paintLabels(ctx, screen, room, bright, [0, 1]);
  // Many paths at once would be all pills: theirs wait until one of them is chosen.
  if (bright || paths.length <= FEW) for (const link of seen) if (!onSpine(link)) paintPill(ctx, screen, room, link, false);
  paintLabels(ctx, screen, room, bright, [2, 3, 4]);
}

// The titles of the columns stay at the top, whatever part of the graph is in view.
function paintHead(ctx, screen, width) {
  ctx.fillStyle = colour("ground");
  ctx.fillRect(0, 0, width, HEAD);
  ctx.strokeStyle = colour("line");
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(0, HEAD - 0.5);
  ctx.lineTo(width, HEAD - 0.5);
  ctx.stroke();
  ctx.font = fontOf(11, true);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillStyle = colour("quiet");
  for (const [number, [title, left, right]] of island.columns.entries()) {
    const [from, to] = [screen(left, 0)[0], screen(right, 0)[0]];
    if (to < 0 || from > width || to - from < 14) continue;
    // The labels of the first column stand to the left of it, and so does its title.
    const outside = title === "Source" && number === 0;
    const words_ = [title, title.replace("Session ", "S")].find((each) => outside || ctx.measureText(each).width <= to - from - 6);
    ctx.textAlign = outside ? "right" : "left";
    if (words_) ctx.fillText(words_, from + (outside ? 30 : 14) * screen.scale, HEAD / 2);
  }
}
