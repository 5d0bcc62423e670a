// The pieces every part of the page is made of: table, list of facts, badge, section.
import type { Outcome, Verdict } from "../core/outcome.ts";
import { OUTCOME_SIGN, VERDICT_SIGN } from "./format.ts";
import { type Markup, markup } from "./markup.ts";

export interface Column {
  readonly title: string;
  /** Right-aligned and never broken. */
  readonly numeric?: boolean;
}

export type Cell = string | Markup;

export interface TableOptions {
  readonly caption: string;
  /** Read out, not shown: a heading right above says the same. */
  readonly captionHidden?: boolean;
  readonly columns: readonly Column[];
  /** The first cell of a row is its heading. */
  readonly rows: readonly (readonly Cell[])[];
}

/** A table; on a narrow screen every row becomes a card, and the roles keep it a table for screen readers. */
export function table(options: TableOptions): Markup {
  const hidden = options.captionHidden === true;
  return markup`<table class="stack" role="table"><caption${hidden && markup` class="only-read"`}>${options.caption}</caption>
<thead role="rowgroup"><tr role="row">${options.columns.map(
    (column) => markup`<th role="columnheader" scope="col"${column.numeric === true && markup` class="n"`}>${column.title}</th>`,
  )}</tr></thead><tbody role="rowgroup">
${options.rows.map((row) => markup`<tr role="row">${row.map((cell, index) => tableCell(cell, options.columns[index], index))}</tr>\n`)}</tbody></table>
`;
}

function tableCell(cell: Cell, column: Column | undefined, index: number): Markup {
  if (index === 0) return markup`<th role="rowheader" scope="row">${cell}</th>`;
  const empty = (typeof cell === "string" ? cell : cell.markup) === "";
  const classes = [column?.numeric === true ? "n" : "", empty ? "empty" : ""].filter((name) => name !== "").join(" ");
  return markup`<td role="cell" data-label="${column?.title ?? ""}"${classes !== "" && markup` class="${classes}"`}>${cell}</td>`;
}

/** Names and values, side by side. */
export function facts(entries: readonly (readonly [name: string, value: Cell])[]): Markup {
  return markup`<dl class="facts">${entries.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`;
}

/** One section with its heading. */
export function section(id: string, title: string, body: readonly Markup[]): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${title}</h2>
${body}</section>
`;
}

/** Bulleted list; nothing for an empty one. */
export function list(items: readonly Cell[]): Markup | false {
  return items.length > 0 && markup`<ul>${items.map((item) => markup`<li>${item}</li>`)}</ul>\n`;
}

export function paragraph(text: Cell): Markup {
  return markup`<p>${text}</p>\n`;
}

export function code(text: string): Markup {
  return markup`<code>${text}</code>`;
}

/** Sign and word of a verdict. */
export function verdictBadge(verdict: Verdict): Markup {
  return markup`<span class="badge ${verdict}"><span aria-hidden="true">${VERDICT_SIGN[verdict]}</span> ${verdict}</span>`;
}

export function outcomeBadge(outcome: Outcome): Markup {
  return markup`<span class="badge ${outcome}"><span aria-hidden="true">${OUTCOME_SIGN[outcome]}</span> ${outcome}</span>`;
}

/** Sign and word of something that held or did not. */
export function holdsBadge(ok: boolean, yes: string, no: string): Markup {
  return markup`<span class="badge ${ok ? "met" : "missed"}"><span aria-hidden="true">${ok ? "✓" : "✗"}</span> ${ok ? yes : no}</span>`;
}

/** Main text with a smaller second line. */
export function withNote(text: Cell, note: Cell): Markup {
  return markup`${text}<small>${note}</small>`;
}
