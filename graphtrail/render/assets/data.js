// The island as objects. Ids are positions; whatever else the log wrote is a value, never the name of a property.
const island = JSON.parse(byId("island").textContent);
const values = island.values;
const CONFIDENCES = ["exact", "strong", "heuristic"];

const kinds = island.kinds.map(([name, title, shape, light, dark], number) => ({ number, name, title, shape, light, dark }));
const types = island.types.map(([name, verb, backwards]) => ({ name: values[name], verb: values[verb], backwards }));

function pairs(flat) {
  const made = [];
  for (let at = 0; at < flat.length; at += 2) made.push([values[flat[at]], values[flat[at + 1]]]);
  return made;
}

const nodes = island.about.map(([key, label, kind, short, name, properties, heap, failed], id) => ({
  id,
  x: island.nodes[id].x,
  y: island.nodes[id].y,
  key: values[key],
  label: values[label],
  kind: kinds[kind],
  short: values[short],
  name: values[name],
  properties: pairs(properties),
  heap: heap.length ? { total: heap[0], command: values[heap[1]], members: pairs(heap.slice(2)) } : null,
  failed: Boolean(failed),
  path: -1,
  calls: 0,
  ins: [],
  outs: [],
}));

// `a` and `b` are the ends as they are read, from left to right: an address comes before the session that used it.
const links = island.behind.map((row, id) => {
  const [type, first, last, calls, confidence, rule, failed, bow, events, total, properties, edges] = row;
  const { from, to } = island.edges[id];
  const backwards = types[type].backwards;
  return {
    id,
    type: types[type],
    a: nodes[backwards ? to : from],
    b: nodes[backwards ? from : to],
    first: values[first],
    last: values[last],
    calls,
    confidence,
    rule: values[rule],
    failed,
    bow,
    events: events.map((at) => values[at]),
    total,
    properties: pairs(properties),
    edges,
    path: -1,
  };
});

for (const link of links) {
  link.a.outs.push(link);
  link.b.ins.push(link);
  link.a.calls += link.calls;
  link.b.calls += link.calls;
}
for (const node of nodes) {
  node.size = Math.min(12, 6 + 1.3 * Math.log10(1 + node.calls));
  node.ins.sort((one, other) => other.calls - one.calls);
  node.outs.sort((one, other) => other.calls - one.calls);
}

const EVENT = ["id", "time", "action", "outcome", "error", "region", "account", "address", "agent"];
const events = new Map();
for (const row of island.events) {
  const event = new Map(EVENT.map((name, at) => [name, values[row[at]]]));
  events.set(event.get("id"), event);
}

// A path is a list of hops: a link, or the heap that hides the hop.
const paths = island.paths.map((steps, number) => {
  const hops = steps.map((step) => (step < 0 ? { heap: nodes[-1 - step] } : { link: links[step] }));
  const found = hops.filter((hop) => hop.link).map((hop) => hop.link);
  for (const link of found) {
    for (const thing of [link, link.a, link.b]) if (thing.path < 0) thing.path = number;
  }
  return { number, hops, links: found };
}).filter((path) => path.hops.length);

const byKey = new Map(nodes.filter((node) => node.key).map((node) => [node.key, node]));

function words(link) {
  return `${link.a.name} ${link.type.verb} ${link.b.name}`;
}
