import { ERROR_CODES, FiredrillError } from "../core/errors.ts";
import { EXIT } from "../core/outcome.ts";
import { RunAborted } from "../runner/abort.ts";
import { DeadlineError } from "../util/clock.ts";
import { redact } from "../util/redact.ts";
import { type Io, paint } from "./io.ts";

const USAGE: ReadonlySet<string> = new Set([
  "USAGE",
  "PLAYBOOK_INVALID",
  "PLAYBOOK_UNREADABLE",
  "TARGET_UNKNOWN",
  "RUN_UNKNOWN",
  "TARGET_EXISTS",
  "PORT_TAKEN",
]);
const REFUSED: ReadonlySet<string> = new Set([
  "GUARD_REFUSED",
  "LOCKED",
  "PLAN_DRIFTED",
  "NOT_STEADY",
  "TARGET_LACKS_CAPABILITY",
  "NOTHING_PICKED",
]);

/** Prints an error and gives the exit code it stands for. Only bugs show a stack. */
export function renderError(error: unknown, io: Pick<Io, "stderr" | "color" | "env">): number {
  if (error instanceof FiredrillError) {
    io.stderr.write(`${paint(io, "red", "firedrill:")} ${redact(error.message)}\n`);
    if (error.hint !== undefined) io.stderr.write(`  ${paint(io, "dim", "next:")} ${redact(error.hint)}\n`);
    if (error.code === "LEFT_BROKEN") return EXIT.leftBroken;
    if (USAGE.has(error.code)) return EXIT.usage;
    return REFUSED.has(error.code) ? EXIT.refused : error.code === "INTERRUPTED" ? EXIT.interrupted : EXIT.inconclusive;
  }
  if (error instanceof RunAborted) {
    io.stderr.write(`firedrill: ${error.message}\n`);
    return EXIT.interrupted;
  }
  if (error instanceof DeadlineError) {
    io.stderr.write(`${paint(io, "red", "firedrill:")} ${error.message}\n`);
    return EXIT.inconclusive;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.stderr.write(
    `${paint(io, "red", "firedrill: this is a bug.")} Please report it with these lines; ${Object.keys(ERROR_CODES).length} kinds of expected errors look different.\n${redact(stack)}\n`,
  );
  return EXIT.bug;
}
