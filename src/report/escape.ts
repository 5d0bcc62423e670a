// Names, errors and evidence come from clusters and from people's files. Nothing of theirs may act in a report: not as markup, not as a
// terminal command, not as an invisible character that makes one line read as another. All text passes through here, once.

const ESC = String.fromCodePoint(0x1b);
const BEL = String.fromCodePoint(0x07);
const CSI8 = String.fromCodePoint(0x9b);
/** ECMA-48 sequences: CSI (7 and 8 bit), OSC up to BEL or ST, and two-character escapes. */
const ANSI = new RegExp(`(?:${ESC}\\[|${CSI8})[0-?]*[ -/]*[@-~]|${ESC}\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?|${ESC}[ -/]*[0-~]`, "g");

/** Longest text printed in full; what is cut is counted. Chosen so that no single value can outgrow a page. */
const LONGEST_TEXT = 2000;

/**
 * Text as text: terminal sequences removed; control, direction-changing and invisible characters spelled out; characters that XML 1.0
 * forbids replaced. Newlines and tabs stay.
 */
export function plainText(text: string): string {
  let out = "";
  for (const character of text.replace(/\r\n?/g, "\n").replace(ANSI, "")) out += visible(character);
  return out;
}

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return character;
  if (code === 0x0a || code === 0x09) return character;
  // U+2400 and following are the pictures of the control characters.
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  if (code >= 0xd800 && code <= 0xdfff) return "\ufffd";
  if ((code & 0xfffe) === 0xfffe) return "\ufffd";
  return isInvisible(code) ? `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]` : character;
}

function isInvisible(code: number): boolean {
  if (code >= 0x80 && code <= 0x9f) return true;
  // Direction marks, embeddings, overrides and isolates (Unicode TR9).
  if (code === 0x061c || code === 0x200e || code === 0x200f) return true;
  if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) return true;
  // Line separators, zero-width space and joiner of words, soft hyphen, byte order mark, tag characters.
  if (code === 0x2028 || code === 0x2029 || code === 0x200b || code === 0x2060 || code === 0x00ad || code === 0xfeff) return true;
  return code >= 0xe0000 && code <= 0xe007f;
}

/** Cuts by characters, and says how many are missing. */
export function clip(text: string, longest: number = LONGEST_TEXT): string {
  if (text.length <= longest) return text;
  const characters = Array.from(text);
  if (characters.length <= longest) return text;
  return `${characters.slice(0, longest).join("")}… (${characters.length - longest} more characters)`;
}

const MARKUP: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** For HTML text and quoted attributes. */
export function escapeHtml(text: string): string {
  return clip(plainText(text)).replace(/[&<>"']/g, (character) => MARKUP[character] ?? character);
}

/** For XML 1.0 text and quoted attributes. `>` is always escaped, so that `]]>` cannot appear. Whitespace in attributes survives as references. */
export function escapeXml(text: string): string {
  return escapeHtml(text).replace(/[\n\t]/g, (character) => `&#${character.codePointAt(0) ?? 10};`);
}

/** For one line of Markdown as GitHub renders it: no structure, no links, nobody mentioned. */
export function escapeMarkdown(text: string): string {
  return oneLine(text)
    .replace(/[&<>]/g, (character) => MARKUP[character] ?? character)
    .replace(/[\\`*_{}[\]|#~!$^]/g, "\\$&")
    .replace(/^[-+=]/, "\\$&")
    .replace(/^(\d+)([.)])(?=\s|$)/, "$1\\$2")
    .replace(/@/g, "@<!-- -->")
    .replace(/(https?|ftp|mailto|xmpp):/gi, "$1<!-- -->:")
    .replace(/\bwww\./gi, "www<!-- -->.");
}

/** The same as code; works inside a table cell, where backticks and bars do not. */
export function markdownCode(text: string): string {
  const inert = oneLine(text).replace(/[^A-Za-z0-9 ,/=.()-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
  return `<code>${inert}</code>`;
}

/** One line for a terminal or a table cell. */
export function oneLine(text: string, longest: number = LONGEST_TEXT): string {
  return clip(
    plainText(text)
      .replace(/\s*[\n\t]\s*/g, " ")
      .trim(),
    longest,
  );
}
