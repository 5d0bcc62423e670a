// A template that escapes whatever is put into it, so that forgetting to escape is not possible. Only other markup passes unchanged.
import { escapeHtml } from "./escape.ts";

/** Finished HTML or SVG. Made by `markup` only. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | null | false | readonly Part[];

/** Builds markup: strings and numbers are escaped, markup goes in as it is, lists are joined, null and false vanish. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let out = strings[0] ?? "";
  for (const [index, part] of parts.entries()) out += render(part) + (strings[index + 1] ?? "");
  return { markup: out };
}

function render(part: Part): string {
  if (part === null || part === false) return "";
  if (typeof part === "string") return escapeHtml(part);
  if (typeof part === "number") return String(part);
  if ("markup" in part) return part.markup;
  return part.map(render).join("");
}

/** Text of our own that is markup already, such as the style sheet. Never call this with anything from a record. */
export function trusted(text: string): Markup {
  return { markup: text };
}

export const NOTHING: Markup = { markup: "" };
