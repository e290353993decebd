// What the reader has chosen. Everything on the page is painted from here.
const state = {
  theme: "light",
  hidden: new Set(),
  chosen: null,
  hits: null,
  hover: null,
};

const colour = (name) => island.canvas[name][state.theme === "dark" ? 1 : 0];
const inSight = (node) => !state.hidden.has(node.kind);
const linkInSight = (link) => inSight(link.a) && inSight(link.b);

// What stands out, if anything does: the choice and what touches it, a path, or what the search found.
function lit() {
  const { chosen, hits } = state;
  if (chosen?.node) {
    const touching = [...chosen.node.ins, ...chosen.node.outs];
    return { nodes: new Set([chosen.node, ...touching.flatMap((link) => [link.a, link.b])]), links: new Set(touching) };
  }
  if (chosen?.link) return { nodes: new Set([chosen.link.a, chosen.link.b]), links: new Set([chosen.link]) };
  if (chosen?.path) {
    const on = chosen.path.links;
    const heaps = chosen.path.hops.filter((hop) => hop.heap).map((hop) => hop.heap);
    return { nodes: new Set([...on.flatMap((link) => [link.a, link.b]), ...heaps]), links: new Set(on) };
  }
  if (hits?.length) {
    const found = hits.filter((hit) => hit.link).map((hit) => hit.link);
    const ends = found.flatMap((link) => [link.a, link.b]);
    return { nodes: new Set([...hits.filter((hit) => hit.node).map((hit) => hit.node), ...ends]), links: new Set(found) };
  }
  return null;
}

function sums() {
  const { nodes: total, folded, heaps, edges, foldedEdges } = island.counts;
  const alone = nodes.filter((node) => !node.heap);
  const seen = alone.filter(inSight).length;
  const plain = links.filter((link) => link.edges === 1 && !link.a.heap && !link.b.heap);
  const lines = plain.filter(linkInSight).length;
  return {
    total, folded, heaps, edges, foldedEdges, seen, lines,
    filtered: alone.length - seen, filteredEdges: plain.length - lines,
  };
}

function sumsInWords() {
  const { total, folded, heaps, edges, foldedEdges, seen, lines, filtered, filteredEdges } = sums();
  const sum = (now, hidden, heaped, all, name, groups) => {
    const terms = [`${many(now)} shown`];
    if (hidden) terms.push(`${many(hidden)} filtered out`);
    if (heaped) terms.push(`${many(heaped)} folded${groups}`);
    return terms.length > 1 ? `${terms.join(" + ")} = ${many(all)} ${name}` : `${many(now)} of ${many(all)} ${name} shown`;
  };
  const groups = ` into ${count(heaps, "group", "groups")}`;
  return `${sum(seen, filtered, folded, total, "nodes", groups)} \u00b7 ${sum(lines, filteredEdges, foldedEdges, edges, "edges", "")}`;
}

// One place for every change of mind: tell what is new, and the page follows.
function change(news) {
  Object.assign(state, news);
  if ("hidden" in news) {
    countKinds();
    say(sumsInWords());
  }
  if ("hidden" in news || !byId("counts").firstChild) fill(byId("counts"), sumsInWords());
  if ("chosen" in news) {
    showDetails();
    remember();
  }
  stale();
}
