import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { EXIT } from "../../core/outcome.ts";
import { type CommandHelp, parseOptions, usage } from "../command.ts";
import type { Io } from "../io.ts";
import { expectPositionals } from "../parse-flags.ts";
import { writeText } from "../write-text.ts";

export const help: CommandHelp = {
  name: "init",
  summary: "write a first playbook to start from",
  usage: "[FOLDER]",
  details: "Writes playbooks/first-drill.yaml and reports/.gitignore, and nothing else. Never overwrites.",
  options: [],
  examples: [{ line: "firedrill init", what: "writes them below the current folder" }],
  exitCodes: [
    [0, "written"],
    [2, "a file is there already, or cannot be written"],
  ],
};

/** What `init` writes as playbooks/first-drill.yaml. */
export const STARTER = `# yaml-language-server: $schema=./playbook.schema.json
# (Completion in editors: firedrill schema --out playbooks/playbook.schema.json)
apiVersion: firedrill.dev/v1
kind: Playbook
metadata:
  name: first-drill
  title: The etcd leader's machine dies
  description: >-
    Machines die without warning. We assume that writes are back within seconds, and that nothing acknowledged is lost.
  owner: your-team
  cadence: monthly
spec:
  # Refused early when the cluster is something else.
  requires:
    etcd: { members: ">=3" }

  # firedrill run playbooks/first-drill.yaml --set hold=20s
  parameters:
    hold: { type: duration, default: 8s, description: How long the leader stays down. }

  # Promises, made beforehand, and where each comes from.
  objectives:
    - id: writes-back
      rto: 5s
      probes: [writes]
      source: Replace this with where the promise was made.
    - id: nothing-lost
      rpo: 0 writes

  # What is sampled, from before the fault until after recovery.
  probes:
    writes: { type: etcd-write, every: 20ms, deadline: 1s }

  # Holds before anything is broken, and again at the end.
  steadyState:
    - etcd-healthy

  # Stops the drill and puts everything back.
  guards:
    stopWhen:
      - { probe: writes, downFor: 30s }

  method:
    - name: Kill the leader
      drill: etcd-member-crash
      with: { member: leader }
      hold: \${{ parameters.hold }}
    - name: Start it again
      undo: Kill the leader

  after:
    soak: 3s
`;

/** Reports are large and come anew with every run; the ledger is the part worth keeping. */
const REPORTS_IGNORE = "*\n!.gitignore\n!ledger.jsonl\n";

/** Writes the starter files; refuses before it writes any when one of them is there. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(help, args);
  expectPositionals(help, options, 0, 1);
  const folder = options.positionals[0] ?? ".";
  const files: readonly (readonly [string, string])[] = [
    [join(folder, "playbooks", "first-drill.yaml"), STARTER],
    [join(folder, "reports", ".gitignore"), REPORTS_IGNORE],
  ];
  for (const [file] of files) {
    const there = await stat(resolve(io.cwd, file)).then(
      () => true,
      () => false,
    );
    if (there) throw usage(help, `"${file}" is there already; nothing was written`);
  }
  for (const [file, text] of files) {
    await writeText(io, file, text, "keep");
    io.stdout.write(`wrote ${file}\n`);
  }
  io.stdout.write(`next: firedrill validate ${join(folder, "playbooks")}\n`);
  return EXIT.passed;
}
