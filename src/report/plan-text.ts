import type { Plan, PlannedStep } from "../core/event.ts";
import type { TargetFacts } from "../core/target.ts";
import { formatDuration } from "../util/duration.ts";
import { plainText } from "./escape.ts";

/** A plan for people: every step with its exact operations, their inverse and what it takes down. */
export function renderPlan(
  plan: Plan,
  digest: string,
  guards: readonly { readonly guard: string; readonly ok: boolean; readonly detail: string }[],
  facts: TargetFacts,
): string {
  const members = plan.target.members.map(({ name }) => name).join(", ");
  return plainText(
    [
      `Playbook ${plan.playbook.name} on a ${plan.target.type} target${plan.target.throwAway ? " (throw-away: roles are resolved again when it runs)" : ""} with members ${members}`,
      `Versions: ${Object.entries(facts.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", ")}`,
      ...Object.entries(plan.parameters).map(([name, value]) => `Parameter ${name} = ${JSON.stringify(value)}`),
      "",
      ...plan.steps.flatMap(renderStep),
      "Guards:",
      ...guards.map(({ guard, ok, detail }) => `  ${ok ? "ok     " : "REFUSES"} ${guard}: ${detail}`),
      ...(facts.limits.length === 0 ? [] : ["", "Limits:", ...facts.limits.map((limit) => `  ${limit}`)]),
      "",
      `Seed ${plan.seed}. Plan digest ${digest}`,
      "",
    ].join("\n"),
  );
}

function renderStep(step: PlannedStep, index: number): readonly string[] {
  const list = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`   ${title}:`, ...lines.map((line) => `     ${line}`)];
  if (step.kind === "undo") return [`${index + 1}. ${step.name}: undo "${step.undoes ?? ""}"`, ""];
  if (step.kind === "hold") return [`${index + 1}. ${step.name}: wait ${formatDuration(step.holdMs)}`, ""];
  if (step.kind === "check") return [`${index + 1}. ${step.name}: check ${JSON.stringify(step.with)}`, ""];
  return [
    `${index + 1}. ${step.name}: ${step.drill ?? ""}${step.victims.length === 0 ? "" : ` on ${step.victims.join(", ")}`}`,
    `   ${step.blastRadius}; holds ${formatDuration(step.holdMs)}; undone by the target itself after ${formatDuration(step.deadlineMs)} if nobody else does`,
    ...list("does", step.breaks),
    ...list("then recovers", step.recovers),
    ...list("undo", step.undo),
    "",
  ];
}
