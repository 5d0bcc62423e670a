// THE registration point of commands. Names and summaries are here so that `firedrill --help` loads nothing else.
import { FiredrillError } from "../../core/errors.ts";
import { didYouMean } from "../../util/did-you-mean.ts";
import type { Command } from "../command.ts";

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: "demo",
    summary: "start an etcd cluster, crash its leader, lose and restore all data, and report",
    load: () => import("./demo.ts"),
  },
  { name: "run", summary: "run playbooks and write a report of each", load: () => import("./run.ts") },
  { name: "plan", summary: "show what a playbook would do to a target, without doing it", load: () => import("./plan.ts") },
  { name: "validate", summary: "check playbooks and list every problem with its place", load: () => import("./validate.ts") },
  { name: "recover", summary: "put back what a killed run left broken", load: () => import("./recover.ts") },
  { name: "stop", summary: "end a running drill and have it undo", load: () => import("./stop.ts") },
  { name: "up", summary: "start a local target that stays", load: () => import("./up.ts") },
  { name: "status", summary: "show targets, open runs and anything left behind", load: () => import("./status.ts") },
  { name: "down", summary: "take a local target away", load: () => import("./down.ts") },
  { name: "list", summary: "list playbooks, drills, assertions, probes or targets", load: () => import("./list.ts") },
  { name: "explain", summary: "explain a drill, assertion, probe or playbook field", load: () => import("./explain.ts") },
  { name: "init", summary: "write a first playbook to start from", load: () => import("./init.ts") },
  { name: "report", summary: "render reports anew, or an index over many runs", load: () => import("./report.ts") },
  { name: "schema", summary: "print the JSON Schema of playbooks, for editors", load: () => import("./schema.ts") },
  { name: "completion", summary: "print a completion script for bash, zsh or fish", load: () => import("./completion.ts") },
];

/** Loads one command by name. */
export async function findCommand(name: string): Promise<Command> {
  const entry = commands.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry.load();
  const near = didYouMean(
    name,
    commands.map((candidate) => candidate.name),
  );
  throw new FiredrillError("USAGE", `there is no command "${name}"`, {
    hint: near === undefined ? "see: firedrill --help" : `did you mean "${near}"? see: firedrill --help`,
  });
}
