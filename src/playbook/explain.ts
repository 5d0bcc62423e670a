// What `firedrill explain` prints, and, in Markdown, what the docs pages are made of.
import type { Assertion } from "../core/assertion.ts";
import type { Drill } from "../core/drill.ts";
import type { Registry } from "../core/playbook.ts";
import type { ProbeKind } from "../core/probe.ts";
import { CAPABILITIES, type Capability } from "../core/target.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { type FieldRow, fieldRows, inline, sampleOf } from "./describe.ts";
import { fieldAt } from "./fields.ts";
import { probeShape } from "./schema-measuring.ts";
import { assertionParams, drillStep } from "./schema-method.ts";

/** One thing that can be explained, ready to be set as text or as Markdown. */
export interface Explanation {
  readonly name: string;
  readonly kind: "drill" | "assertion" | "probe" | "field";
  readonly title: string;
  readonly summary: string;
  /** Facts, in order: what it needs, breaks, proves. */
  readonly facts: readonly (readonly [label: string, text: string])[];
  readonly rows: readonly FieldRow[];
  readonly rowsTitle: string;
  /** Minimal YAML; null for a field that has none. */
  readonly example: string | null;
}

/** Looks a drill, an assertion, a kind of probe or a field such as `spec.guards` up; several when a name means several things. */
export function explain(subject: string, registry: Registry): readonly Explanation[] {
  const found: Explanation[] = [];
  const drill = registry.drills.find((entry) => entry.id === subject);
  if (drill !== undefined) found.push(explainDrill(drill));
  const assertion = registry.assertions.find((entry) => entry.id === subject);
  if (assertion !== undefined) found.push(explainAssertion(assertion));
  const probe = registry.probes.find((entry) => entry.id === subject);
  if (probe !== undefined) found.push(explainProbe(probe));
  const field = found.length === 0 ? fieldAt(subject, registry) : undefined;
  if (field !== undefined) found.push({ ...field, kind: "field", facts: [], example: null });
  return found;
}

/** What a subject that nothing is known of may have meant. */
export function explainHint(subject: string, registry: Registry): string {
  const ids = [...registry.drills, ...registry.assertions, ...registry.probes].map((entry) => entry.id);
  const near = didYouMean(subject, ids);
  if (near !== undefined) return `did you mean "${near}"?`;
  return "`firedrill list drills` (assertions, probes) names them all; a field is a path such as spec.guards";
}

/** A drill's explanation. */
export function explainDrill(drill: Drill): Explanation {
  const rows = fieldRows(drill.params);
  const own = drillStep(drill);
  const step = fieldRows(own).filter((row) => row.name === "hold" || row.name === "deadline");
  return {
    name: drill.id,
    kind: "drill",
    title: drill.title,
    summary: drill.summary,
    facts: [
      ["needs", needs(drill.needs)],
      ["blast radius", drill.blastRadius],
      ["counts as done", drill.effect],
      ["is put back by", drill.undoes],
      [
        "beside with",
        step.map((row) => `${row.name} (${row.type}${row.byDefault === null ? "" : `, default ${row.byDefault}`})`).join(", "),
      ],
    ],
    rows,
    rowsTitle: "with",
    example: [`- name: ${inline(drill.title)}`, `  drill: ${drill.id}`, ...block("with", rows, "  ")].join("\n"),
  };
}

/** An assertion's explanation. */
export function explainAssertion(assertion: Assertion): Explanation {
  const rows = fieldRows(assertionParams(assertion));
  const shown = samples(rows);
  return {
    name: assertion.id,
    kind: "assertion",
    title: assertion.title,
    summary: assertion.summary,
    facts: [["needs", needs(assertion.needs)]],
    rows,
    rowsTitle: "parameters",
    example: `- ${assertion.id}: ${shown.length === 0 ? "{}" : `{ ${shown.join(", ")} }`}\n  within: 30s`,
  };
}

/** A kind of probe's explanation. */
export function explainProbe(kind: ProbeKind): Explanation {
  const rows = fieldRows(probeShape(kind)).filter((row) => row.name !== "type");
  const own = rows.filter((row) => row.name !== "every" && row.name !== "deadline");
  return {
    name: kind.id,
    kind: "probe",
    title: kind.title,
    summary: kind.summary,
    facts: [
      ["needs", needs(kind.needs)],
      ["rows", kind.rows === "per-member" ? "one for each member, and one that is up when any is" : "one"],
    ],
    rows: [...own, ...rows.filter((row) => !own.includes(row))],
    rowsTitle: "parameters",
    example: `${kind.id}: { ${[`type: ${kind.id}`, ...samples(own.filter((row) => row.required)), "every: 100ms"].join(", ")} }`,
  };
}

function needs(capabilities: readonly Capability[]): string {
  return capabilities.length === 0 ? "nothing" : capabilities.map((name) => `${name} (${CAPABILITIES[name]})`).join("; ");
}

// What must be given, or else the first field, so that the example shows how.
function samples(rows: readonly FieldRow[]): readonly string[] {
  const own = rows.filter((row) => !row.name.includes("."));
  const required = own.filter((row) => row.required);
  return (required.length > 0 ? required : own.slice(0, 1)).map((row) => `${row.name}: ${sampleOf(row)}`);
}

function block(key: string, rows: readonly FieldRow[], indent: string): readonly string[] {
  const lines = samples(rows);
  return lines.length === 0 ? [] : [`${indent}${key}:`, ...lines.map((line) => `${indent}  ${line}`)];
}

/** As text for a terminal. */
export function explanationText(explanation: Explanation): string {
  const { name, kind, title, summary, facts, rows, rowsTitle, example } = explanation;
  const lines = [kind === "field" ? name : `${name} (${kind}): ${title}`, "", ...wrap(summary, "")];
  const shown = facts.filter(([, text]) => text !== "");
  const labelWidth = Math.max(0, ...shown.map(([label]) => label.length)) + 2;
  if (shown.length > 0) lines.push("");
  for (const [label, text] of shown) {
    const [first = "", ...rest] = wrap(text, " ".repeat(labelWidth));
    lines.push(`${label.padEnd(labelWidth)}${first.trimStart()}`, ...rest);
  }
  if (rows.length > 0) lines.push("", `${rowsTitle}:`);
  for (const row of rows) {
    lines.push(`  ${row.name}: ${row.type}${suffix(row)}`);
    if (row.description !== null) lines.push(...wrap(row.description, "      "));
  }
  if (example !== null) lines.push("", "example:", ...example.split("\n").map((line) => `  ${line}`));
  return `${lines.join("\n")}\n`;
}

function suffix(row: FieldRow): string {
  if (row.byDefault !== null) return ` (default ${row.byDefault})`;
  return row.required ? " (required)" : "";
}

function wrap(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(/\s+/)) {
    if (line.trim() !== "" && line.length + word.length + 1 > 100) {
      lines.push(line);
      line = indent;
    }
    line += line.trim() === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** As Markdown under a heading of the given level. */
export function explanationMarkdown(explanation: Explanation, level: number): string {
  const { name, kind, title, summary, facts, rows, rowsTitle, example } = explanation;
  const parts = [`${"#".repeat(level)} ${name}`, kind === "field" ? summary : `**${title}.** ${summary}`];
  const shown = facts.filter(([, text]) => text !== "");
  if (shown.length > 0) parts.push(shown.map(([label, text]) => `- **${label}**: ${text}`).join("\n"));
  if (rows.length > 0) parts.push(rowsMarkdown(rows, rowsTitle));
  if (example !== null) parts.push(`\`\`\`yaml\n${example}\n\`\`\``);
  return parts.join("\n\n");
}

/** Rows as a Markdown table. */
export function rowsMarkdown(rows: readonly FieldRow[], title: string): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  return [
    `| ${title} | type | default | what it is |`,
    "|---|---|---|---|",
    ...rows.map((row) => `| \`${row.name}\` | ${cell(row.type)} | ${defaultCell(row)} | ${cell(row.description ?? "")} |`),
  ].join("\n");
}

function defaultCell(row: FieldRow): string {
  if (row.byDefault !== null) return `\`${row.byDefault.replaceAll("|", "\\|")}\``;
  return row.required ? "required" : "";
}
