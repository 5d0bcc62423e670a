// Conditions that refuse a run before anything is touched. Each says what it compared.

import { FiredrillError } from "../core/errors.ts";
import type { Plan } from "../core/event.ts";
import type { Playbook, Registry } from "../core/playbook.ts";
import { quorumOf } from "../core/selector.ts";
import type { Target } from "../core/target.ts";
import { CAPABILITIES } from "../core/target.ts";
import type { ClusterView } from "../core/view.ts";
import { drillOf } from "./plan.ts";

export interface GuardFinding {
  readonly guard: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Refuses with TARGET_LACKS_CAPABILITY when a drill, assertion or probe needs what the target cannot do. Checked before planning. */
export function checkCapabilities(playbook: Playbook, registry: Registry, target: Target): GuardFinding {
  const missing: string[] = [];
  const need = (who: string, needs: readonly (keyof typeof CAPABILITIES)[]): void => {
    for (const capability of needs) if (!target.capabilities.has(capability)) missing.push(`${who} needs to ${CAPABILITIES[capability]}`);
  };
  for (const step of playbook.method) {
    if (step.kind === "drill") need(`drill "${step.drill}"`, drillOf(registry, step.drill).needs);
  }
  const expectations = [
    ...playbook.steadyState,
    ...playbook.after.expect,
    ...playbook.method.flatMap((step) => (step.kind === "check" ? step.expect : [])),
  ];
  for (const { assertion } of expectations)
    need(`assertion "${assertion}"`, registry.assertions.find(({ id }) => id === assertion)?.needs ?? []);
  for (const { type } of playbook.probes) need(`probe "${type}"`, registry.probes.find(({ id }) => id === type)?.needs ?? []);
  return {
    guard: "capabilities",
    ok: missing.length === 0,
    detail:
      missing.length === 0
        ? `the ${target.type} target can do all that is asked`
        : `the ${target.type} target cannot: ${[...new Set(missing)].join("; ")}`,
  };
}

/** `requires` of the playbook against the live target. */
export function checkRequires(playbook: Playbook, view: ClusterView, etcdVersion: string | undefined): readonly GuardFinding[] {
  const findings: GuardFinding[] = [];
  const { members, etcdVersion: wanted } = playbook.requires;
  if (members !== null) {
    const voters = view.members.filter((member) => !member.learner).length;
    findings.push({
      guard: "requires.etcd.members",
      ok: members.op === "=" ? voters === members.count : voters >= members.count,
      detail: `${voters} voting members, ${members.op === "=" ? "exactly" : "at least"} ${members.count} required`,
    });
  }
  if (wanted !== null) {
    findings.push({
      guard: "requires.etcd.version",
      ok: etcdVersion !== undefined && versionFits(etcdVersion, wanted),
      detail: `etcd ${etcdVersion ?? "of unknown version"}, ${wanted} required`,
    });
  }
  return findings;
}

/** True when `version` is at least the one in a requirement such as ">=3.5.10". */
export function versionFits(version: string, requirement: string): boolean {
  const numbers = (text: string): readonly number[] =>
    text
      .replace(/^[^\d]*/, "")
      .split(/[.-]/)
      .map((part) => Number.parseInt(part, 10) || 0);
  const have = numbers(version);
  for (const [index, want] of numbers(requirement).entries()) {
    const has = have[index] ?? 0;
    if (has !== want) return has > want;
  }
  return true;
}

/** Blast radius of the whole drill, by quorum arithmetic on live membership. */
export function checkBlastRadius(playbook: Playbook, registry: Registry, plan: Plan, view: ClusterView): readonly GuardFinding[] {
  const voters = view.members.filter((member) => !member.learner).map((member) => member.name);
  const alreadyDown = view.members.filter((member) => !member.learner && (!member.running || member.paused)).map((member) => member.name);
  const quorum = quorumOf(voters.length);
  let worst: readonly string[] = alreadyDown;
  const open = new Map<string, readonly string[]>();
  for (const step of plan.steps) {
    if (step.undoes !== null) open.delete(step.undoes);
    if (step.kind !== "drill") continue;
    open.set(step.name, step.victims);
    const down = [...new Set([...alreadyDown, ...[...open.values()].flat()])].filter((name) => voters.includes(name));
    if (down.length > worst.length) worst = down;
    // A rehearsed procedure brings its victims back before the next step.
    if (step.recovers.length > 0) open.delete(step.name);
  }
  const left = voters.length - worst.length;
  const losesQuorum = worst.length > 0 && left < quorum;
  const limit = playbook.guards.maxUnavailableMembers;
  const destroysData = plan.steps.some((step) => step.drill !== null && drillOf(registry, step.drill).blastRadius === "cluster");
  return [
    {
      guard: "quorum",
      ok: !losesQuorum || playbook.guards.allowQuorumLoss,
      detail: `${worst.length} of ${voters.length} voting members down at worst, ${left} left, quorum is ${quorum}${
        losesQuorum
          ? playbook.guards.allowQuorumLoss
            ? "; the playbook allows losing it"
            : "; set spec.guards.allowQuorumLoss: true if that is the drill"
          : ""
      }`,
    },
    ...(limit === null
      ? []
      : [
          {
            guard: "maxUnavailableMembers",
            ok: worst.length <= limit,
            detail: `${worst.length} members down at worst, at most ${limit} allowed`,
          },
        ]),
    ...(destroysData
      ? [
          {
            guard: "dataLoss",
            ok: playbook.guards.allowDataLoss,
            detail: playbook.guards.allowDataLoss
              ? "a step gives up writes; the playbook allows it"
              : "a step gives up writes made since a snapshot or on other members; set spec.guards.allowDataLoss: true if that is the drill",
          },
        ]
      : []),
  ];
}

/** Turns the first failed guard into the refusal it stands for. */
export function refuse(findings: readonly GuardFinding[]): void {
  const failed = findings.find((finding) => !finding.ok);
  if (failed === undefined) return;
  const code = failed.guard === "capabilities" ? "TARGET_LACKS_CAPABILITY" : "GUARD_REFUSED";
  throw new FiredrillError(code, `refused by guard "${failed.guard}": ${failed.detail}`, { hint: "nothing was touched" });
}
