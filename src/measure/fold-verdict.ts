import type { Outcome } from "../core/outcome.ts";
import type { ObjectiveResult } from "../core/record.ts";
import type { Ending } from "./fold-outcome.ts";

const WORDS: Readonly<Record<Outcome, string>> = {
  passed: "Passed",
  failed: "Failed",
  inconclusive: "Inconclusive",
  refused: "Refused",
  aborted: "Aborted",
  error: "Ended by an error",
};

/** How a run ended in one sentence, with the number that is closest to or furthest beyond what was promised. */
export function verdictSentence(ending: Ending, objectives: readonly ObjectiveResult[]): string {
  const word = WORDS[ending.outcome];
  const first = ending.reasons[0] ?? "no reason is recorded.";
  if (ending.leftBroken) return `${word}, and something is left broken: ${inSentence(first)}`;
  const wanted = ending.outcome === "failed" ? "missed" : ending.outcome === "passed" ? "met" : null;
  const worst = objectives.filter(({ verdict }) => verdict === wanted).toSorted((a, b) => strain(b) - strain(a))[0];
  return `${word}: ${inSentence(worst?.because ?? first)}`;
}

/** How much of what was promised is used up: 1 is exactly at the limit. */
function strain({ spec: { promise }, measuredValue, verdict }: ObjectiveResult): number {
  if (measuredValue === null) return verdict === "missed" ? Number.POSITIVE_INFINITY : 0;
  switch (promise.kind) {
    case "rto":
    case "rpo-time":
      return ratio(measuredValue, promise.limitMs);
    case "rpo-writes":
      return ratio(measuredValue, promise.limit);
    case "availability":
      return ratio(1 - measuredValue, 1 - promise.atLeast);
  }
}

function ratio(used: number, allowed: number): number {
  if (allowed > 0) return used / allowed;
  return used > 0 ? Number.POSITIVE_INFINITY : 0;
}

function inSentence(reason: string): string {
  const bare = reason.replace(/^Left broken(?: as far as is known)?: /, "");
  return bare.slice(0, 1).toLowerCase() + bare.slice(1);
}
