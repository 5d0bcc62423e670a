import type { Assertion, CheckContext, Finding } from "../core/assertion.ts";
import { errorLine, FiredrillError } from "../core/errors.ts";
import type { AssertionChecked } from "../core/event.ts";
import type { Expectation, Registry } from "../core/playbook.ts";
import { deadline, monoMs, sleep } from "../util/clock.ts";
import type { Json } from "../util/json.ts";

const LOOK_EVERY_MS = 200;
/** Time for one look when an expectation has no `within`, ms. */
const ONE_LOOK_MS = 15_000;

/** Checks one expectation: looks until it holds or its time is up. An assertion that throws is "not seen to hold", never an error of ours. */
export async function checkExpectation(
  registry: Registry,
  expectation: Expectation,
  context: Omit<CheckContext, "signal">,
  phase: AssertionChecked["phase"],
  step: string | null,
  signal: AbortSignal,
): Promise<AssertionChecked> {
  const assertion = assertionOf(registry, expectation.assertion);
  const check = assertion.bind(expectation.params);
  const startedMs = monoMs();
  using budget = deadline(`assertion ${assertion.id}`, Math.max(expectation.withinMs, ONE_LOOK_MS), signal);
  let finding: Finding = { ok: false, observed: "not looked at" };
  let tookMs: number | null = null;
  for (;;) {
    const lookStartedMs = monoMs();
    try {
      finding = await check({ ...context, signal: budget.signal });
    } catch (error) {
      signal.throwIfAborted();
      finding = { ok: false, observed: errorLine(error) };
    }
    if (finding.ok) {
      tookMs = Math.round(lookStartedMs - startedMs);
      break;
    }
    if (monoMs() - startedMs + LOOK_EVERY_MS > expectation.withinMs) break;
    await sleep(LOOK_EVERY_MS, signal);
  }
  return {
    phase,
    step,
    assertion: assertion.id,
    title: assertion.title,
    params: expectation.params as Json,
    ok: finding.ok,
    observed: finding.observed,
    tookMs,
    withinMs: expectation.withinMs,
  };
}

function assertionOf(registry: Registry, id: string): Assertion {
  const assertion = registry.assertions.find((candidate) => candidate.id === id);
  if (assertion === undefined)
    throw new FiredrillError("PLAYBOOK_INVALID", `there is no assertion "${id}"`, { hint: "see: firedrill list assertions" });
  return assertion;
}
