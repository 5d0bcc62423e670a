/** Of one objective or assertion. "We could not measure" is not "it failed", and never "it passed". */
export type Verdict = "met" | "missed" | "inconclusive";

/** Of a whole run. */
export type Outcome = "passed" | "failed" | "inconclusive" | "refused" | "aborted" | "error";

export const EXIT = {
  passed: 0,
  failed: 1,
  usage: 2,
  inconclusive: 3,
  /** Something is left broken. Beats every other code. */
  leftBroken: 4,
  refused: 5,
  bug: 70,
  interrupted: 130,
} as const;

export interface Ending {
  readonly outcome: Outcome;
  readonly leftBroken: boolean;
  /** An abort by a guard's stop condition, as opposed to a signal or `firedrill stop`. */
  readonly byGuard: boolean;
}

/** The process's exit code for how a run ended. */
export function exitCode(ending: Ending): number {
  if (ending.leftBroken) return EXIT.leftBroken;
  switch (ending.outcome) {
    case "passed":
      return EXIT.passed;
    case "failed":
      return EXIT.failed;
    case "inconclusive":
      return EXIT.inconclusive;
    case "refused":
      return EXIT.refused;
    case "aborted":
      return ending.byGuard ? EXIT.refused : EXIT.interrupted;
    // Something in the surroundings ended the run (a full disk, a cluster that went away): nothing can be concluded from it.
    // Bugs of ours never come this way; they leave with 70.
    case "error":
      return EXIT.inconclusive;
  }
}
