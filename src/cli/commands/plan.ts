import { FiredrillError } from "../../core/errors.ts";
import { EXIT } from "../../core/outcome.ts";
import { freshSeed } from "../../util/random.ts";
import { type CommandHelp, parseOptions } from "../command.ts";
import type { Io } from "../io.ts";
import { loadPlaybooks } from "../load-playbooks.ts";
import { expectPositionals, membersFlag, numberFlag, setFlags } from "../parse-flags.ts";
import { loadRegistry } from "../registry.ts";
import { specFor } from "../run-many.ts";
import { parseTarget, useTarget } from "../use-target.ts";

export const help: CommandHelp = {
  name: "plan",
  summary: "show what a playbook would do to a target, without doing it",
  usage: "[options] PLAYBOOK",
  details:
    "Resolves every role to members of the live target and prints each exact command or API call, its inverse, and the quorum arithmetic.\n" +
    "Nothing is touched. With --out the plan is written to a file; `firedrill run --plan FILE` refuses to run when the live target differs.\n" +
    "Without --target a throw-away cluster is started to plan against, and taken down.",
  options: [
    { flag: "target", short: "t", value: "TARGET", description: "local (throw-away) or local:NAME", default: "local" },
    {
      flag: "members",
      value: "N",
      description: "etcd members of a throw-away target: 1, 3 or 5",
      default: "what the playbook says, else 3",
    },
    { flag: "set", value: "NAME=VALUE", multiple: true, description: "set a parameter of the playbook" },
    { flag: "seed", value: "N", description: "seed of the picks", default: "random" },
    { flag: "out", short: "o", value: "FILE", description: "write the plan to a file for: firedrill run --plan" },
    { flag: "json", description: "print the plan as JSON" },
  ],
  examples: [
    { line: "firedrill plan playbooks/leader-crash.yaml", what: "see what would happen" },
    { line: "firedrill plan --target local:lab --out plan.json playbooks/leader-crash.yaml", what: "a plan to have approved" },
  ],
  exitCodes: [
    [0, "planned, and no guard would refuse it"],
    [2, "a bad playbook or command line"],
    [5, "a guard would refuse it"],
  ],
};

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  expectPositionals(help, options, 1, 1);
  const registry = await loadRegistry();
  const json = options.on("json");
  const playbooks = await loadPlaybooks(io, options.positionals, registry, setFlags(options), json);
  if (playbooks === null) return EXIT.usage;
  const [playbook] = playbooks;
  if (playbook === undefined || playbooks.length !== 1)
    throw new FiredrillError("USAGE", "firedrill plan takes one playbook", { hint: "name a file" });
  const say = (line: string): void => io.stderr.write(`${line}\n`);
  const used = await useTarget(io, parseTarget(options.text("target")), specFor(playbook, membersFlag(options)), say, io.interrupted);
  try {
    const [{ makePlan, planDigest }, guards, { renderPlan }] = await Promise.all([
      import("../../runner/plan.ts"),
      import("../../runner/guards.ts"),
      import("../../report/plan-text.ts"),
    ]);
    const facts = await used.target.facts(io.interrupted);
    const view = await used.target.look(io.interrupted);
    const capabilities = guards.checkCapabilities(playbook, registry, used.target);
    guards.refuse([capabilities]);
    const plan = await makePlan(
      playbook,
      registry,
      used.target,
      numberFlag(options, "seed", 0, 4_294_967_295) ?? freshSeed(),
      io.interrupted,
    );
    const findings = [
      capabilities,
      ...guards.checkRequires(playbook, view, facts.versions["etcd"]),
      ...guards.checkBlastRadius(playbook, registry, plan, view),
    ];
    const digest = planDigest(plan);
    const out = options.text("out");
    if (out !== undefined) (await import("../plan-file.ts")).writePlanFile(io, out, plan, digest);
    if (json) io.stdout.write(`${JSON.stringify({ plan, digest, guards: findings })}\n`);
    else io.stdout.write(renderPlan(plan, digest, findings, facts));
    return findings.every(({ ok }) => ok) ? EXIT.passed : EXIT.refused;
  } finally {
    await used.release(false);
  }
}
