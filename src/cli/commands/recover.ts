import { dirname } from "node:path";
import { errorLine, FiredrillError } from "../../core/errors.ts";
import { EXIT } from "../../core/outcome.ts";
import type { Target } from "../../core/target.ts";
import type { Recovered } from "../../runner/recover.ts";
import { type ActiveRun, closeActive, holderLives, listActive } from "../../runner/state.ts";
import { deadline } from "../../util/clock.ts";
import { type CommandHelp, parseOptions } from "../command.ts";
import type { Io } from "../io.ts";
import { expectPositionals } from "../parse-flags.ts";
import { parseTarget } from "../use-target.ts";

export const help: CommandHelp = {
  name: "recover",
  summary: "put back what a killed run left broken",
  usage: "[options] [RUN]",
  details:
    "Reads the journal of every run that ended without undoing (or of RUN), restores the recorded state, last fault first, and looks whether it\n" +
    "worked. With --target and --sweep no journal is needed: everything of ours that is found on the target is removed. Safe to repeat.",
  options: [
    { flag: "target", short: "t", value: "TARGET", description: "only runs on this target, e.g. local:NAME" },
    { flag: "sweep", description: "with --target: look at the target instead of reading a journal" },
    { flag: "dry-run", description: "only say what would be done; exits 4 when there is something" },
    { flag: "json", description: "print one JSON object for each run" },
  ],
  examples: [
    { line: "firedrill recover", what: "after a kill -9 or a crash of the runner" },
    { line: "firedrill recover --target local:lab --sweep", what: "without the journal" },
  ],
  exitCodes: [
    [0, "nothing is left broken"],
    [4, "something is left broken (with --dry-run: something would have to be put back)"],
  ],
};

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  expectPositionals(help, options, 0, 1);
  const request = options.text("target") === undefined ? null : parseTarget(options.text("target"));
  if (request !== null && request.name === null)
    throw new FiredrillError("USAGE", "firedrill recover --target needs a name", { hint: "for example: --target local:lab" });
  if (options.on("sweep") && request === null)
    throw new FiredrillError("USAGE", "--sweep needs --target", { hint: "for example: --target local:lab --sweep" });
  const wanted = options.positionals[0];
  const all = listActive(io.home).filter(
    (active) =>
      (wanted === undefined || active.run === wanted || active.run.endsWith(wanted)) &&
      (request === null || active.target.name === request.name),
  );
  if (wanted !== undefined && all.length === 0)
    throw new FiredrillError("RUN_UNKNOWN", `no open run "${wanted}"`, {
      hint: "nothing is recorded as left broken by it; see: firedrill status",
    });
  const dead = all.filter((active) => !holderLives(active));
  const say = (line: string): void => {
    if (!options.on("json")) io.stdout.write(`${line}\n`);
  };
  for (const active of all.filter(holderLives))
    say(`${active.run} is still running (pid ${active.pid}); end it with: firedrill stop ${active.run}`);
  if (options.on("dry-run")) return dryRun(io, dead, request?.name ?? null, options.on("sweep"), say);
  const results: Recovered[] = [];
  for (const active of dead) results.push(await recoverOne(io, active, say));
  if (options.on("sweep") && request?.name != null) results.push(await sweep(io, request.name, say));
  for (const result of results) {
    if (options.on("json")) io.stdout.write(`${JSON.stringify({ type: "recovered", ...result })}\n`);
    for (const line of result.restored) say(`restored: ${line}`);
    for (const line of result.left) say(`STILL BROKEN: ${line}`);
  }
  if (results.length === 0) say("nothing to recover");
  const left = results.some((result) => result.left.length > 0);
  if (left) say("Something is left broken. Look with: firedrill status; a local target can be taken away with: firedrill down NAME");
  return left ? EXIT.leftBroken : EXIT.passed;
}

async function recoverOne(io: Io, active: ActiveRun, say: (line: string) => void): Promise<Recovered> {
  const { pendingOf, recoverRun } = await import("../../runner/recover.ts");
  const target = await open(io, active.target.name);
  const where = `${active.target.type}:${active.target.name}`;
  if (target === "gone") {
    closeActive(io.home, active.run);
    say(`${active.run}: its target ${where} no longer exists`);
    return { run: active.run, target: where, restored: ["the target no longer exists, and nothing of it is left"], left: [], dir: null };
  }
  if (typeof target === "string") {
    return {
      run: active.run,
      target: where,
      restored: [],
      left: [`${target}; not done: ${pendingOf(active).join("; ") || "nothing was in"}`],
      dir: null,
    };
  }
  await using opened = target;
  const recovered = await recoverRun(active, opened, { home: io.home, operator: io.user, onEvent: () => undefined, onProgress: say });
  if (recovered.dir !== null) {
    const { writeReports } = await import("../reports.ts");
    writeReports(dirname(recovered.dir));
    say(`Report: ${dirname(recovered.dir)}/report.html`);
  }
  if (active.target.throwAway && recovered.left.length === 0) {
    const { destroyLocal } = await import("../../targets/local/destroy.ts");
    await destroyLocal(io.home, active.target.name, io.interrupted);
    say(`throw-away target ${active.target.name} taken down`);
  }
  return recovered;
}

async function sweep(io: Io, name: string, say: (line: string) => void): Promise<Recovered> {
  const { openLocal } = await import("../../targets/local/open.ts");
  const { sweepTarget } = await import("../../runner/recover.ts");
  await using target = await openLocal({ home: io.home, name }, io.interrupted);
  return sweepTarget(target, null, { home: io.home, operator: io.user, onEvent: () => undefined, onProgress: say });
}

/** The target; "gone" when it no longer exists; else why it cannot be reached. */
async function open(io: Io, name: string): Promise<Target | string> {
  const { openLocal } = await import("../../targets/local/open.ts");
  try {
    return await openLocal({ home: io.home, name }, io.interrupted);
  } catch (error) {
    if (error instanceof FiredrillError && error.code === "TARGET_UNKNOWN") return "gone";
    return errorLine(error);
  }
}

async function dryRun(
  io: Io,
  dead: readonly ActiveRun[],
  name: string | null,
  sweeping: boolean,
  say: (line: string) => void,
): Promise<number> {
  const { pendingOf } = await import("../../runner/recover.ts");
  let found = 0;
  for (const active of dead) {
    const pending = pendingOf(active);
    found += 1;
    say(
      `${active.run} on ${active.target.type}:${active.target.name}: ${pending.length === 0 ? "was not closed; nothing is in" : pending.join("; ")}`,
    );
  }
  if (sweeping && name !== null) {
    const target = await open(io, name);
    if (typeof target === "string")
      throw new FiredrillError("TARGET_UNREACHABLE", `local:${name}: ${target}`, { hint: "see: firedrill status" });
    await using opened = target;
    using budget = deadline("looking for leftovers", 60_000, io.interrupted);
    for (const residue of await opened.residue([], budget.signal)) {
      found += 1;
      say(`${residue.what}: ${residue.fix.map(opened.describe).join("; ") || "by hand"}`);
    }
  }
  if (found === 0) say("nothing to recover");
  return found === 0 ? EXIT.passed : EXIT.leftBroken;
}
