// The page wakes up: theme, lists, picture, keys, deep links.
function setTheme(theme) {
  state.theme = theme;
  document.documentElement.dataset.theme = theme;
  repaintIcons();
  stale();
}

// A link to a node or line holds its number; anything else in the address is not looked at.
function remember() {
  const { node, link } = state.chosen ?? {};
  const hash = node ? `#n=${node.id}` : link ? `#e=${link.id}` : "";
  try {
    history.replaceState(null, "", hash || location.pathname + location.search);
  } catch {
    // A page inside a notebook has no address of its own.
  }
}

function recall() {
  const found = /^#([ne])=(\d{1,6})$/.exec(location.hash);
  if (!found) return;
  const thing = (found[1] === "n" ? nodes : links)[Number(found[2])];
  if (!thing) return say("The link names nothing on this page");
  if (found[1] === "n") choose(thing);
  else {
    chooseLink(thing);
    centre(thing.b);
  }
}

const KEYS = new Map([
  ["/", () => byId("search").focus()],
  ["f", fit],
  ["p", () => paths.length && choosePath(paths[0])],
  ["+", () => zoomTo(picture.getScale() * 1.3)],
  ["-", () => zoomTo(picture.getScale() / 1.3)],
]);

function pressed(event) {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "Escape") {
    byId("search").value = "";
    byId("search").blur();
    fill(byId("hits"));
    change({ chosen: null, hits: null });
    return;
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS.get(event.key);
  if (act) {
    event.preventDefault();
    act();
  } else if (event.key.startsWith("Arrow") && event.target.closest("#canvas")) {
    event.preventDefault();
    walk(event.key);
  }
}

const dark = matchMedia("(prefers-color-scheme: dark)");
setTheme(dark.matches ? "dark" : "light");
dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));
byId("theme").addEventListener("click", () => setTheme(state.theme === "dark" ? "light" : "dark"));
byId("fit").addEventListener("click", fit);
byId("in").addEventListener("click", KEYS.get("+"));
byId("out").addEventListener("click", KEYS.get("-"));
byId("path").addEventListener("click", KEYS.get("p"));
byId("path").hidden = !paths.length;
byId("empty").hidden = Boolean(nodes.length);
byId("fold").addEventListener("click", foldTable);
byId("search").addEventListener("input", search);
byId("search").addEventListener("keydown", (event) => {
  if (event.key === "Enter") byId("hits").querySelector("button")?.click();
});
for (const code of document.querySelectorAll(".commands code")) {
  const press = button("command", () => copy(code.textContent, code));
  press.title = "Copy";
  code.replaceWith(press);
  press.appendChild(code);
}
document.addEventListener("keydown", pressed);
listKinds();
listLines();
showTable();
begin();
showDetails();
fill(byId("counts"), sumsInWords());
recall();
addEventListener("hashchange", recall);

// For whoever drives the page from outside: where things stand on the screen, and what is chosen. Reading only.
globalThis.graphtrail = Object.freeze({
  nodes: nodes.length,
  links: links.length,
  node: (id) => place(nodes[id].x, nodes[id].y),
  link: (id) => place(...links[id].points[Math.floor(STEPS / 3)]),
  sums,
  chosen: () => ({ node: state.chosen?.node?.id ?? null, link: state.chosen?.link?.id ?? null, path: state.chosen?.path?.number ?? null }),
});

function place(x, y) {
  const frame = stage.getBoundingClientRect();
  const point = picture.canvasToDOM({ x, y });
  return { x: frame.left + point.x, y: frame.top + point.y };
}
