// Small words for building the page. Text goes in as text nodes: nothing here or elsewhere ever parses markup.
const byId = (id) => document.getElementById(id);
const numbers = new Intl.NumberFormat("en-US");
const many = (count) => numbers.format(count);
const count = (number, one, several) => `${many(number)} ${number === 1 ? one : several}`;

function text(value) {
  return document.createTextNode(String(value));
}

function el(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const child of children) made.appendChild(child instanceof Node ? child : text(child));
  return made;
}

function button(className, act, ...children) {
  const made = el("button", className, ...children);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function fill(parent, ...children) {
  parent.replaceChildren(...children.map((child) => (child instanceof Node ? child : text(child))));
}

function say(words) {
  fill(byId("said"), words);
}

// Text somebody else wrote, kept from turning the rest of the line round.
function told(value) {
  return el("bdi", "", value);
}

function isTime(name) {
  return /^(at|since|until|created|expires|time|first|last)$|_(at|seen|time|date)$/.test(name);
}

function time(seconds) {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace(".000Z", "Z").replace("T", " ");
}

const shortTime = (seconds) => time(seconds).replace(/^\d{4}-/, "");

function span(first, last) {
  if (first === last) return time(first);
  const [one, other] = [time(first), time(last)];
  return `${one} \u2013 ${one.slice(0, 10) === other.slice(0, 10) ? other.slice(11) : other}`;
}

// A value of a property or cell as a person reads it; `name` says whether a number is a moment.
function shown(name, value) {
  if (value === null) return "\u2013";
  if (Array.isArray(value)) return value.map((part) => shown(name, part)).join(", ");
  if (typeof value === "number" && Number.isInteger(value)) return isTime(name) ? time(value) : String(value);
  return String(value);
}

function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

async function copy(words, from) {
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    const range = document.createRange();
    range.selectNodeContents(from);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    if (!document.execCommand("copy")) return say("Selected: press Ctrl+C to copy");
  }
  return say("Copied");
}

function copyButton(code, label) {
  const press = button("small", () => copy(code.textContent, code), "copy");
  press.setAttribute("aria-label", `copy ${label}`);
  return press;
}

// A text with a button that copies it.
function copied(words, label) {
  const code = el("code", "", words);
  return el("div", "key", code, copyButton(code, label));
}
