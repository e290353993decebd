// The details: of nothing in particular, a node, a heap, a line or a path.
const NEAR = 25;
const TRAILS = 20;

function showDetails() {
  const { node, link, path } = state.chosen ?? {};
  const parts = node ? aboutNode(node) : link ? aboutLink(link) : overview(path);
  fill(byId("details"), ...parts);
  byId("details").scrollTop = 0;
}

const tag = (words_, className, ...before) => el("span", `tag ${className ?? ""}`.trim(), ...before, words_);

// Name and value lists; whoever wrote the log wrote both.
function list(entries) {
  return el("dl", "pairs", ...entries.flatMap(([name, value]) => [
    el("dt", "", name),
    el("dd", typeof value === "string" && /[:/]/.test(value) && !isTime(name) ? "mono" : "", value instanceof Node ? value : shown(name, value)),
  ]));
}

// The first few, and a button for the rest.
function some(items, room, row, className) {
  const made = el("ul", className, ...items.slice(0, room).map(row));
  if (items.length > room) {
    const more = el("li", "", button("small", () => {
      more.remove();
      for (const item of items.slice(room)) made.appendChild(row(item));
    }, `show ${many(items.length - room)} more`));
    made.appendChild(more);
  }
  return made;
}

function aboutNode(node) {
  const tags = el("div", "tags", tag(node.heap ? "folded group" : node.label, "", icon(node.kind)));
  if (node.path >= 0) tags.appendChild(tag(`on evidence path ${node.path + 1}`, "red"));
  if (node.failed) tags.appendChild(tag("denied or failed", "red"));
  const parts = [el("h2", "name", node.name), tags];
  if (node.heap) parts.push(...aboutHeap(node.heap));
  else parts.push(copied(node.key, "key"));
  if (node.properties.length) parts.push(el("h3", "part", "Properties"), list(node.properties));
  parts.push(...near("Incoming", node.ins, "a"), ...near("Outgoing", node.outs, "b"));
  if (node.key) parts.push(el("h3", "part", "Next step"), copied(`graphtrail show ${quoted(node.key)}`, "command"));
  return parts;
}

function aboutHeap(heap) {
  const { total, members, command } = heap;
  const left = total - members.length;
  const note = left ? `${many(members.length)} of ${many(total)} are listed here; all of them:` : `All ${many(total)}:`;
  const row = ([name, key]) => el("li", "", el("span", "row", el("span", "text", name === key ? key : `${name} \u00b7 ${key}`)));
  return [el("p", "note", note), ...(left ? [copied(command, "command")] : []), some(members, NEAR, row, "near")];
}

function near(title, around, end) {
  if (!around.length) return [];
  const row = (link) => {
    const other = link[end];
    const line = button("go", () => chooseLink(link), link.calls > 1 ? `${link.type.verb} \u00d7${many(link.calls)}` : link.type.verb);
    line.setAttribute("aria-label", `line: ${words(link)}`);
    const go = button("row", () => choose(other), icon(other.kind), el("span", "text", other.name));
    return el("li", "pair", go, el("span", "count", line));
  };
  return [el("h3", "part", `${title} (${many(around.length)})`), some(around, NEAR, row, "near")];
}

function aboutLink(link) {
  const end = (node) => button("go", () => choose(node), told(node.name));
  const tags = el("div", "tags", tag(link.type.name), tag(CONFIDENCES[link.confidence]));
  if (link.failed) tags.appendChild(tag(link.failed === 2 ? "denied or failed" : "partly denied or failed", "red"));
  if (link.path >= 0) tags.appendChild(tag(`on evidence path ${link.path + 1}`, "red"));
  const entries = [["from", end(link.a)], ["to", end(link.b)], ["rule", link.rule], ["confidence", CONFIDENCES[link.confidence]],
    ["first", link.first], ["last", link.last], ["calls", many(link.calls)]];
  if (link.edges > 1) entries.push(["stands for", count(link.edges, "edge", "edges")]);
  const title = el("h2", "name", told(link.a.name), ` ${link.type.verb} `, told(link.b.name));
  const properties = link.properties.length ? [el("h3", "part", "Properties"), list(link.properties)] : [];
  return [title, tags, list(entries), ...properties, ...proofs(link)];
}

const HEADS = ["time", "action", "outcome", "error", "region", "account", "address", "agent", "event id"];

function proofs(link) {
  const parts = [el("h3", "part", `Events (${many(link.total)})`)];
  if (link.events.length) {
    const rows = link.events.map((id) => {
      const event = events.get(id) ?? new Map([["id", id]]);
      const cells = HEADS.map((name) => {
        const value = event.get(name === "event id" ? "id" : name) ?? null;
        return el("td", value === "denied" || value === "error" || (name === "error" && value) ? "bad" : "", shown(name, value));
      });
      return el("tr", "", ...cells);
    });
    const head = el("thead", "", el("tr", "", ...HEADS.map((name) => el("th", "", el("span", "th", name)))));
    const box = el("div", "scroll", el("table", "", head, el("tbody", "", ...rows)));
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "Events behind this line");
    parts.push(box);
  }
  const left = Math.max(link.total, link.events.length) - link.events.length;
  if (left) {
    parts.push(el("p", "note", `${many(link.events.length)} of ${many(link.total)} events are on this page; all of them:`));
    parts.push(copied(askFor(link), "command"));
  }
  if (link.events.length) {
    parts.push(el("p", "note", "One record as it was logged:"), copied(`graphtrail event ${quoted(link.events[0])}`, "command"));
  }
  if (!link.events.length && !left) parts.push(el("p", "note", "No event is named for this line."));
  return parts;
}

// The command that lists all the calls behind a line, as far as its ends name them.
function askFor(link) {
  const [from, to] = [link.a, link.b];
  const caller = from.label === "Action" ? from.ins.find((line) => line.type.name === "PERFORMED")?.a : null;
  const options = [];
  for (const node of [caller, from, to]) {
    if (!node?.key) continue;
    if (node.label === "Session") options.push(`--session ${quoted(node.key)}`);
    else if (node.label === "Action") options.push(`--action ${quoted(node.name)}`);
    else if (node.label === "IpAddress") options.push(`--ip ${quoted(node.key.replace(/^ip:/, ""))}`);
    else if (node === to) options.push(`--resource ${quoted(node.key)}`);
    else options.push(`--principal ${quoted(node.key)}`);
  }
  return options.length ? `graphtrail ask events ${options.join(" ")}` : "graphtrail export csv";
}

function overview(path) {
  if (!nodes.length) return [el("h2", "part", "Evidence"), el("p", "note", "This answer touches no node.")];
  if (!paths.length) return [el("h2", "part", "Evidence"), el("p", "note", "No path is marked. Choose a node or a line to see what is known of it.")];
  const parts = [el("h2", "part", count(paths.length, "evidence path", "evidence paths"))];
  if (island.whole < paths.length) {
    parts.push(el("p", "note", `The first ${many(island.whole)} are drawn hop by hop; hops of the others may lie in folded groups.`));
  }
  if (paths.length < island.counts.paths) {
    parts.push(el("p", "note", `These are the first of ${count(island.counts.paths, "evidence path", "evidence paths")}; for all of them ask with --output json.`));
  }
  const open = path ?? paths[0];
  const order = path && path.number >= TRAILS ? [path, ...paths.filter((other) => other !== path)] : paths;
  parts.push(some(order, TRAILS, (one) => el("li", "", trail(one, one === open)), ""));
  return parts;
}

function trail(path, open) {
  const { links: on, hops } = path;
  const ends = on.length ? `${on[0].a.name} \u2192 ${on[on.length - 1].b.name}` : "folded";
  const times = on.length ? ` \u00b7 ${span(on[0].first, on[on.length - 1].last)}` : "";
  const head = button("", () => choosePath(path), el("b", "", ends), el("span", "note", `${count(hops.length, "hop", "hops")}${times}`));
  head.setAttribute("aria-expanded", String(open));
  const box = el("div", path.number ? "trail" : "trail first", head);
  if (open) box.appendChild(el("ol", "", ...hops.map((hop, number) => el("li", "", hopRow(hop, number + 1)))));
  return box;
}

function hopRow({ link, heap }, number) {
  if (heap) {
    return button("hop", () => choose(heap), el("span", "n", number), el("span", "said", "inside the folded group ", told(heap.name)));
  }
  const calls = link.calls > 1 ? ` \u00d7${many(link.calls)}` : "";
  const ids = link.events.length ? link.events.slice(0, 2).join(", ") + (link.total > 2 ? ` and ${many(link.total - 2)} more` : "") : "no event named";
  return button("hop", () => chooseLink(link), el("span", "n", number), el("span", "said",
    told(link.a.name), " ", el("em", "", link.type.verb + calls), " ", told(link.b.name),
    el("small", "", `${span(link.first, link.last)} \u00b7 ${link.rule}, ${CONFIDENCES[link.confidence]}`),
    el("small", "mono", ids)));
}
