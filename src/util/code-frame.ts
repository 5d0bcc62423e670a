// Characters that take two columns in a terminal: East Asian wide forms and emoji. Enough for a caret; not a full width table.
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const MAX_WIDTH = 120;

/** Where a code frame points: line and columns from 1, `endColumn` exclusive, in UTF-16 units as editors count. */
export interface FramePlace {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

/** The source line and a line of carets under the columns; undefined when the source has no such line. */
export function codeFrame(source: string, place: FramePlace): string | undefined {
  const line = source.split("\n")[place.line - 1]?.replace(/\r$/, "");
  if (line === undefined || line.trim() === "") return undefined;
  const start = Math.min(place.column - 1, line.length);
  const end = Math.max(start + 1, Math.min(place.endColumn - 1, line.length));
  // Long lines are cut to a window that begins a little before the place.
  const from = line.length > MAX_WIDTH && start > MAX_WIDTH / 2 ? start - 30 : 0;
  const shown = line.slice(from, from + MAX_WIDTH);
  const before = from > 0 ? "…" : "";
  const after = from + MAX_WIDTH < line.length ? "…" : "";
  const carets = Math.max(1, width(line.slice(start, Math.min(end, from + MAX_WIDTH))));
  const gutter = String(place.line);
  return [
    `${gutter} | ${before}${printable(shown)}${after}`,
    `${" ".repeat(gutter.length)} | ${" ".repeat(before.length)}${blank(line.slice(from, start))}${"^".repeat(carets)}`,
  ].join("\n");
}

/** Control characters of a source line must not reach a terminal. */
export function printable(text: string): string {
  return text.replaceAll(/(?!\t)[\p{Cc}\p{Bidi_Control}]/gu, "\ufffd");
}

function blank(text: string): string {
  return Array.from(text, (char) => (char === "\t" ? "\t" : " ".repeat(width(char)))).join("");
}

function width(text: string): number {
  return Array.from(text).reduce((sum, char) => sum + (WIDE.test(char) ? 2 : 1), 0);
}
