// What the numbers stand on: versions, limits, deviations, leftovers, what is not shown, and how to check the record itself.
import type { RunRecord } from "../core/record.ts";
import type { Residue } from "../core/target.ts";
import { formatInstant, NO_VALUE } from "./format.ts";
import { type Cell, code, facts, holdsBadge, list, paragraph, section, table } from "./html-parts.ts";
import { type Markup, markup } from "./markup.ts";

/** Small enough to read before it is run. */
const CHAIN_CHECK = `python3 - events.jsonl <<'END'
import hashlib, json, sys
head = "0" * 64
for number, line in enumerate(open(sys.argv[1], "rb"), 1):
    line = line.rstrip(b"\\n")
    if json.loads(line)["prev"] != head:
        sys.exit(f"line {number} does not follow from the line before it")
    head = hashlib.sha256(line).hexdigest()
print(head)
END`;

export function contextSection(record: RunRecord): Markup {
  const { facts: found, run } = record;
  const programs = [
    ...Object.entries(found?.versions ?? {}).map(([name, version]): readonly Cell[] => [name, version, found?.sources[name] ?? NO_VALUE]),
    ["firedrill", run.tool.version, `Node.js ${run.tool.node}`],
  ];
  const limits = found !== null && found.limits.length > 0 && markup`<h3>Limits of the programs found</h3>${list(found.limits)}`;
  return section("context", "What it ran on", [
    markup`<div class="columns"><div>${table({
      caption: "Programs",
      captionHidden: true,
      columns: [{ title: "Program" }, { title: "Version" }, { title: "Where from" }],
      rows: programs,
    })}</div><div>${facts([
      ["Runner", `${run.host.name}, ${run.host.os}, ${run.host.cpus} ${run.host.cpus === 1 ? "CPU" : "CPUs"}`],
      ["Target", `${run.target.name} (${run.target.type})`],
      ["Members in the plan", record.plan === null ? NO_VALUE : record.plan.target.members.map((member) => member.name).join(", ")],
      ["Seed", String(run.seed)],
    ])}</div></div>
${limits}`,
  ]);
}

export function remarksSection(record: RunRecord): Markup {
  const of = (kind: string): readonly string[] => record.notes.filter((note) => note.kind === kind).map((note) => note.text);
  const other = record.notes.filter((note) => note.kind !== "deviation").map((note) => `${note.kind}: ${note.text}`);
  const deviations = of("deviation");
  return section("remarks", "Deviations, notes, leftovers", [
    markup`<div class="columns"><div><h3>Deviations from the plan</h3>${deviations.length > 0 ? list(deviations) : paragraph("None was recorded.")}
${other.length > 0 && markup`<h3>Notes</h3>${list(other)}`}</div><div><h3>What was left behind</h3>${residue(record)}</div></div>
`,
  ]);
}

function residue(record: RunRecord): Markup {
  if (record.residue === null) return paragraph("Nobody looked: the run ended before the scan for leftovers.");
  if (record.residue.length === 0) return paragraph(holdsBadge(true, "Nothing of this run was found on the target.", ""));
  return markup`<p>${holdsBadge(false, "", "Found on the target after the run:")}</p>${list(
    record.residue.map((found) => {
      const fix = found.fix.length === 0 ? "only a person can remove it" : `would be removed by ${found.fix.map(opText).join("; ")}`;
      return markup`<strong>${found.kind}</strong>: ${found.what} <small>${fix}</small>`;
    }),
  )}`;
}

export function notShownSection(record: RunRecord): Markup {
  return section("not-shown", "What this report does not show", [list(record.notShown) || paragraph("The record names no limits.")]);
}

export function evidenceSection(record: RunRecord): Markup {
  const { journal, run } = record;
  const sealed = record.complete
    ? holdsBadge(true, "sealed, and its chain holds", "")
    : holdsBadge(false, "", journal.problem ?? "not sealed");
  const entries: (readonly [string, Cell])[] = [
    ["Journal", markup`${code("events.jsonl")}, ${journal.events} events, ${sealed}`],
    ["Digest of its last line (SHA-256)", code(journal.head)],
    ["Playbook (SHA-256)", markup`${code(run.playbook.sha256)} ${run.playbook.file}`],
    ["Resolved plan (SHA-256)", record.planDigest === null ? "no plan was resolved" : code(record.planDigest)],
    ["Ledger's head before the run", code(run.ledgerHead)],
    ["Cluster fingerprint", code(run.target.fingerprint)],
    ["Record", `${record.schema}, started ${formatInstant(record.startedAt)}`],
    ["Exit code", String(record.exitCode)],
  ];
  return section("evidence", "Evidence", [
    markup`<dl class="evidence">${entries.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`,
    paragraph(
      markup`Each journal line carries the SHA-256 of the line before it, without its newline. ${code("firedrill report render --format json .")}, run in this run's folder, reads the journal anew and checks the chain; so does a short Python program that this page unfolds on a screen, without Firedrill. The digest it prints must be the one above.`,
    ),
    markup`<details class="no-print"><summary>Check the chain with nothing but Python</summary><p><code>${CHAIN_CHECK}</code></p></details>
`,
    paragraph(
      "A chain shows that nothing inside the journal was changed, dropped or reordered after the digest above was handed out. It does not show who wrote it: keep a copy of the digest with somebody else.",
    ),
  ]);
}

function opText(op: Residue["fix"][number]): string {
  return JSON.stringify(op);
}
