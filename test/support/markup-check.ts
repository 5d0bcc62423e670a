// A strict little reader of tags: enough to say whether HTML or XML nests, quotes and escapes as it should, and to look things up in it.

export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (Element | string)[];
}

const VOID: ReadonlySet<string> = new Set(["meta", "link", "br", "hr", "img", "input"]);
const ENTITY = /&(?!(?:amp|lt|gt|quot|#\d+|#x[0-9a-fA-F]+);)/;
const TAG = /<(\/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z_:][\w:.-]*(?:="[^"<]*")?)*)\s*(\/?)>/y;
const ATTRIBUTE = /([A-Za-z_:][\w:.-]*)(?:="([^"]*)")?/g;

/** Parses or throws with the place. `html`: void elements need no end, and `style` holds raw text. */
export function parseMarkup(text: string, html: boolean): Element {
  const root = { name: "#root", attributes: {}, children: [] as (Element | string)[] };
  const open: { name: string; attributes: Record<string, string>; children: (Element | string)[] }[] = [root];
  let at = text.startsWith("<?xml") ? text.indexOf("?>") + 2 : text.startsWith("<!doctype html>") ? "<!doctype html>".length : 0;
  while (at < text.length) {
    const top = open.at(-1);
    if (top === undefined) throw new Error("more ends than starts");
    const next = text.indexOf("<", at);
    const run = text.slice(at, next === -1 ? text.length : next);
    checkText(run, at);
    if (run !== "") top.children.push(run);
    if (next === -1) break;
    TAG.lastIndex = next;
    const tag = TAG.exec(text);
    if (tag === null) throw new Error(`not a tag at ${next}: ${text.slice(next, next + 80)}`);
    at = TAG.lastIndex;
    const [, end, name = "", attributes = "", closed] = tag;
    if (end === "/") {
      if (top.name !== name) throw new Error(`</${name}> ends <${top.name}> at ${next}: ${text.slice(next - 120, next + 20)}`);
      open.pop();
      continue;
    }
    const element = { name, attributes: attributesOf(attributes, next), children: [] as (Element | string)[] };
    top.children.push(element);
    if (closed === "/" || (html && VOID.has(name))) continue;
    if (html && name === "style") {
      const close = text.indexOf("</style>", at);
      element.children.push(text.slice(at, close));
      at = close + "</style>".length;
      continue;
    }
    open.push(element);
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.name ?? ""}> is not ended`);
  return root;
}

function checkText(text: string, at: number): void {
  const entity = ENTITY.exec(text);
  if (entity !== null) throw new Error(`bare & at ${at}: ${text.slice(entity.index, entity.index + 40)}`);
  if (text.includes("]]>")) throw new Error(`]]> in text at ${at}`);
}

function attributesOf(text: string, at: number): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(ATTRIBUTE)) {
    if (name in found) throw new Error(`attribute ${name} twice at ${at}`);
    checkText(value, at);
    found[name] = value;
  }
  return found;
}

/** All elements of a name, in document order. */
export function all(element: Element, name: string): readonly Element[] {
  return element.children.flatMap((child) =>
    typeof child === "string" ? [] : [...(child.name === name ? [child] : []), ...all(child, name)],
  );
}

/** Text inside, with references resolved. */
export function textOf(element: Element): string {
  return element.children.map((child) => (typeof child === "string" ? unescape(child) : textOf(child))).join("");
}

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', amp: "&" };

function unescape(text: string): string {
  return text.replace(/&(?:(lt|gt|quot|amp)|#(\d+));/g, (_whole, name: string | undefined, code: string | undefined) =>
    name === undefined ? String.fromCodePoint(Number(code)) : (NAMED[name] ?? ""),
  );
}

/** Code points, as hex, that must not be in any report: controls other than newline (and tab), direction overrides, lone surrogates. */
export function unsafeCharacters(text: string): readonly string[] {
  const unsafe = (code: number): boolean =>
    (code < 0x20 && code !== 0x0a && code !== 0x09) ||
    (code >= 0x7f && code <= 0x9f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    (code & 0xfffe) === 0xfffe;
  return Array.from(text, (character) => character.codePointAt(0) ?? 0)
    .filter(unsafe)
    .map((code) => code.toString(16));
}
