import { FiredrillError } from "../core/errors.ts";
import type { Plan } from "../core/event.ts";
import { checkExpectation } from "./check.ts";
import type { RunOptions } from "./execute.ts";
import { checkBlastRadius, checkCapabilities, checkRequires, type GuardFinding, refuse } from "./guards.ts";
import type { Journal } from "./journal.ts";
import { makePlan, planDigest } from "./plan.ts";

/** Everything that can refuse the run, before anything is touched: capabilities, plan, guards, approval, leftovers, steady state. */
export async function prepareRun(options: RunOptions, runId: string, journal: Journal, signal: AbortSignal): Promise<Plan> {
  const { playbook, registry, target } = options;
  const guard = (findings: readonly GuardFinding[]): void => {
    for (const finding of findings) journal.append({ type: "guard.checked", data: finding });
    refuse(findings);
  };
  const facts = await target.facts(signal);
  journal.append({ type: "target.facts", data: facts });
  guard([checkCapabilities(playbook, registry, target)]);
  const view = await target.look(signal);
  guard(checkRequires(playbook, view, facts.versions["etcd"]));
  const residue = await target.residue([], signal);
  guard([
    {
      guard: "clean target",
      ok: residue.length === 0,
      detail:
        residue.length === 0
          ? "nothing is left from earlier runs"
          : `left from before: ${residue.map(({ what }) => what).join("; ")}; run: firedrill recover`,
    },
  ]);
  const plan = await makePlan(playbook, registry, target, options.seed, signal);
  const digest = planDigest(plan);
  journal.append({ type: "plan.resolved", data: { plan, digest } });
  if (options.approvedPlan !== null) {
    guard([
      {
        guard: "approved plan",
        ok: options.approvedPlan === digest,
        detail:
          options.approvedPlan === digest
            ? `the live target matches the plan ${digest.slice(0, 12)}`
            : "the live target, the playbook or its parameters no longer match the approved plan; make a new one with: firedrill plan",
      },
    ]);
  }
  guard(checkBlastRadius(playbook, registry, plan, view));
  for (const expectation of playbook.steadyState) {
    const checked = await checkExpectation(
      registry,
      expectation,
      { target, runId, baseline: null, output: () => undefined },
      "before",
      null,
      signal,
    );
    journal.append({ type: "assertion.checked", data: checked });
    if (!checked.ok) {
      throw new FiredrillError(
        "NOT_STEADY",
        `the cluster is not in its steady state before the drill: ${checked.assertion}: ${checked.observed}`,
        {
          hint: "nothing was touched; mend the cluster first",
        },
      );
    }
  }
  return plan;
}
