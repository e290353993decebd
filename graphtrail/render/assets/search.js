// Search over everything a node or line carries: names, keys, properties, rules, event ids, agents.
const LISTED = 40;
let haystack = null;

function hay() {
  haystack ??= [
    ...nodes.map((node) => ({
      node,
      words: [node.name, node.key, node.label, ...node.properties.flat(2), ...(node.heap?.members ?? []).flat()],
    })),
    ...links.map((link) => ({
      link,
      words: [
        link.type.name, link.type.verb, link.rule, ...link.properties.flat(2),
        ...link.events.flatMap((id) => [id, ...(events.get(id)?.values() ?? [])]),
      ],
    })),
  ].map(({ words: all, ...thing }) => ({ ...thing, words: all.join("\n").toLowerCase() }));
  return haystack;
}

function search() {
  const wanted = byId("search").value.trim().toLowerCase();
  if (!wanted) {
    fill(byId("hits"));
    change({ hits: null });
    return;
  }
  const hits = hay().filter((thing) => thing.words.includes(wanted));
  hits.sort((one, other) => Boolean(one.link) - Boolean(other.link) || nameOf(other, wanted) - nameOf(one, wanted));
  listHits(hits);
  change({ hits, chosen: null });
}

const nameOf = (thing, wanted) => Boolean(thing.node?.name.toLowerCase().includes(wanted));

function listHits(hits) {
  const found = hits.filter((hit) => hit.node).length;
  const all = hits.length ? `${count(found, "node", "nodes")}, ${count(hits.length - found, "line", "lines")}` : "Nothing found";
  const listed = hits.length > LISTED ? `${all}; the first ${LISTED}:` : all;
  // A name that is not on the page cannot be found on it: say so.
  const unseen = nodes.reduce((sum, node) => sum + (node.heap ? node.heap.total - node.heap.members.length : 0), 0);
  const note = unseen ? `${listed} (${many(unseen)} folded nodes are not on this page and were not searched)` : listed;
  const rows = hits.slice(0, LISTED).map(({ node, link }) =>
    el("li", "", button("row", () => (node ? choose(node) : chooseLink(link)), icon((node ?? link.b).kind),
      el("span", "text", node ? node.name : words(link)), el("span", "count", node ? "" : `\u00d7${many(link.calls)}`))));
  fill(byId("hits"), el("li", "note", note), ...rows);
  say(note);
}
