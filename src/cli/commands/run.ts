import { relative } from "node:path";
import { FiredrillError } from "../../core/errors.ts";
import { EXIT } from "../../core/outcome.ts";
import { type CommandHelp, parseOptions } from "../command.ts";
import type { Io } from "../io.ts";
import { loadPlaybooks } from "../load-playbooks.ts";
import { membersFlag, numberFlag, setFlags } from "../parse-flags.ts";
import { loadRegistry } from "../registry.ts";
import { type RunDone, reportsDirOf, runMany, worstExit } from "../run-many.ts";
import { parseTarget } from "../use-target.ts";

export const help: CommandHelp = {
  name: "run",
  summary: "run playbooks and write a report of each",
  usage: "[options] PLAYBOOK…",
  details:
    "A PLAYBOOK is a file, a folder, a glob or - for standard input. Without --target a throw-away cluster is started for each playbook and\n" +
    "taken down after it. Every attempt leaves a line in reports/ledger.jsonl and a folder with the journal, run.json, report.html, report.md\n" +
    "and junit.xml. Ctrl-C ends the run and undoes what is in; after a kill -9, run: firedrill recover",
  options: [
    { flag: "target", short: "t", value: "TARGET", description: "local (throw-away) or local:NAME (see: firedrill up)", default: "local" },
    {
      flag: "members",
      value: "N",
      description: "etcd members of a throw-away target: 1, 3 or 5",
      default: "what the playbook says, else 3",
    },
    { flag: "set", value: "NAME=VALUE", multiple: true, description: "set a parameter of the playbook" },
    { flag: "reports", value: "DIR", description: "where reports go", default: "reports, or FIREDRILL_REPORTS" },
    { flag: "repeat", value: "N", description: "run each playbook N times on the same target; prints min, median and max", default: "1" },
    { flag: "seed", value: "N", description: "seed of every random choice; printed and recorded", default: "random" },
    {
      flag: "plan",
      value: "FILE",
      description: "refuse to run unless the live target still matches this plan (from: firedrill plan --out)",
    },
    { flag: "operator", value: "NAME", description: "who runs this, for the report", default: "the login name" },
    { flag: "keep", description: "keep the throw-away target" },
    { flag: "json", description: "print one event a line as JSON" },
    { flag: "quiet", short: "q", description: "print phases and what is not good only" },
  ],
  examples: [
    { line: "firedrill run playbooks/leader-crash.yaml", what: "crash the leader of a throw-away cluster" },
    {
      line: "firedrill up --name lab && firedrill run --target local:lab --set hold=5s playbooks/leader-crash.yaml",
      what: "the same on a cluster that stays",
    },
    { line: "firedrill run --repeat 5 --seed 7 playbooks/leader-crash.yaml", what: "five measured runs" },
  ],
  exitCodes: [
    [0, "passed"],
    [1, "failed: an objective was missed or the steady state did not come back"],
    [2, "a bad playbook or command line"],
    [3, "inconclusive: an effect was not proved, or could not be measured"],
    [4, "something is left broken (beats all others)"],
    [5, "refused or stopped by a guard"],
    [70, "a bug in firedrill"],
    [130, "interrupted, and undone"],
  ],
};

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  if (options.positionals.length === 0) {
    throw new FiredrillError("USAGE", "firedrill run: no playbook named", {
      hint: "for example: firedrill run playbooks/leader-crash.yaml; see: firedrill list",
    });
  }
  const registry = await loadRegistry();
  const json = options.on("json");
  const playbooks = await loadPlaybooks(io, options.positionals, registry, setFlags(options), json);
  if (playbooks === null) return EXIT.usage;
  const planFile = options.text("plan");
  const approved = planFile === undefined ? null : await (await import("../plan-file.ts")).readPlanFile(io, planFile);
  const repeat = numberFlag(options, "repeat", 1, 1000) ?? 1;
  const done = await runMany(io, {
    playbooks,
    registry,
    target: parseTarget(options.text("target")),
    members: membersFlag(options),
    seed: approved?.seed ?? numberFlag(options, "seed", 0, 4_294_967_295),
    repeat,
    reportsDir: reportsDirOf(io, options.text("reports")),
    operator: options.text("operator"),
    approvedPlan: approved?.digest ?? null,
    keep: options.on("keep"),
    json,
    quiet: options.on("quiet"),
  });
  await conclude(io, done, { json, repeat });
  return worstExit(done.map(({ exitCode }) => exitCode));
}

/** Prints how runs ended: the summary of each, repetitions, totals. */
export async function conclude(
  io: Io,
  done: readonly RunDone[],
  options: { readonly json: boolean; readonly repeat: number },
): Promise<void> {
  if (options.json) {
    for (const { playbook, exitCode, dir, record, seed } of done) {
      io.stdout.write(
        `${JSON.stringify({ type: "result", playbook: playbook.name, outcome: record?.outcome ?? "refused", exitCode, dir, seed, verdict: record?.verdict ?? null })}\n`,
      );
    }
    return;
  }
  const { renderSummary } = await import("../../report/terminal-summary.ts");
  for (const { record, dir } of done) {
    if (record === null || dir === null) continue;
    io.stdout.write(`\n${renderSummary(record, { color: io.color, width: io.stdout.columns })}`);
    io.stdout.write(`\nReport: ${relative(io.cwd, dir) || "."}/report.html\n`);
  }
  if (options.repeat > 1) {
    const { renderRepeats, summarizeRepeats } = await import("../../report/repeat.ts");
    for (const records of Map.groupBy(
      done.flatMap(({ record }) => (record === null ? [] : [record])),
      (record) => record.run.playbook.name,
    ).values()) {
      io.stdout.write(`\n${renderRepeats(summarizeRepeats(records))}`);
    }
  }
  if (done.length > 1 && options.repeat === 1) {
    const counts = Map.groupBy(done, ({ record }) => record?.outcome ?? "refused");
    io.stdout.write(`\n${done.length} playbooks: ${[...counts].map(([outcome, runs]) => `${runs.length} ${outcome}`).join(", ")}\n`);
  }
}
