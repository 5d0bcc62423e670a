// For every drill: the runner dies by SIGKILL while the fault is in, and `recover` makes the cluster what it was.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/core/event.ts";
import type { ClusterView } from "../../src/core/view.ts";
import { type Cli, pause, root, tempCli } from "./support/cli.ts";

let cli: Cli;
let before: Seen;
let endpoints: {
  readonly members: readonly { readonly clientUrl: string }[];
  readonly tls: { caFile: string; certFile: string; keyFile: string };
};

beforeAll(async () => {
  cli = tempCli();
  const up = await cli.run(["up", "--name", "lab", "--quota", "32MiB", "--json"]);
  expect(up.code, up.stderr).toBe(0);
  endpoints = JSON.parse(up.stdout) as typeof endpoints;
  etcdctl("put", "/app/one", "1");
  etcdctl("put", "/app/two", "2");
  before = await see();
});
afterAll(() => cli[Symbol.asyncDispose]());

interface Seen {
  readonly members: readonly {
    readonly name: string;
    readonly id: string | null;
    readonly running: boolean;
    readonly paused: boolean;
    readonly learner: boolean;
    readonly answers: boolean;
  }[];
  readonly links: readonly {
    readonly from: string;
    readonly to: string;
    readonly cut: boolean;
    readonly delayMs: number;
    readonly rateBytes: number;
  }[];
  readonly data: string;
  readonly files: readonly string[];
}

function etcdctl(...args: readonly string[]): string {
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const run = spawnSync("etcdctl", [...args], {
    encoding: "utf8",
    env: {
      ...process.env,
      ETCDCTL_API: "3",
      ETCDCTL_ENDPOINTS: endpoints.members.map(({ clientUrl }) => clientUrl).join(","),
      ETCDCTL_CACERT: endpoints.tls.caFile,
      ETCDCTL_CERT: endpoints.tls.certFile,
      ETCDCTL_KEY: endpoints.tls.keyFile,
    },
  });
  return run.stdout.trim();
}

/** The cluster as before: members with their ids and processes, relays, the key space, and the files on disk. */
async function see(): Promise<Seen> {
  const { stdout } = await cli.run(["status", "--json", "lab"]);
  const status = JSON.parse(stdout) as { targets: readonly { view: ClusterView }[] };
  const view = status.targets[0]?.view;
  const dir = join(cli.home, "targets", "lab");
  return {
    members: (view?.members ?? []).map(({ name, id, running, paused, learner, answers }) => ({
      name,
      id,
      running,
      paused,
      learner,
      answers,
    })),
    links: (view?.links ?? []).map(({ from, to, cut, delayMs, rateBytes }) => ({ from, to, cut, delayMs, rateBytes })),
    data: etcdctl("get", "", "--prefix"),
    files: ["members/m1", "members/m2", "members/m3", "snapshots"].flatMap((folder) =>
      readdirSync(join(dir, folder)).map((name) => `${folder}/${name}`),
    ),
  };
}

const header = (name: string, guards = ""): string => `apiVersion: firedrill.dev/v1
kind: Playbook
metadata: { name: ${name}, title: Killed while the fault is in }
spec:
  baseline: 500ms
  guards: { allowQuorumLoss: true, allowDataLoss: true, maxUnavailableMembers: 3${guards} }
  after: { recoveredFor: 1s, soak: 1s }
  method:
`;
const step = (drill: string, parameters: string): string => `    - { name: fault, drill: ${drill}, with: { ${parameters} }, hold: 120s }\n`;

interface Case {
  readonly drill: string;
  readonly method: string;
  /** The event at which the runner is killed. */
  readonly at: (event: RunEvent) => boolean;
  /** Member ids change for good: the old member was removed before the kill. */
  readonly newIds?: boolean;
}

const holding = (event: RunEvent): boolean => event.type === "hold" && event.data.plannedMs === 120_000;

const cases: readonly Case[] = [
  { drill: "etcd-member-stop", method: step("etcd-member-stop", "member: leader"), at: holding },
  { drill: "etcd-member-crash", method: step("etcd-member-crash", "member: leader"), at: holding },
  { drill: "etcd-member-pause", method: step("etcd-member-pause", "member: leader"), at: holding },
  { drill: "etcd-leader-move", method: step("etcd-leader-move", ""), at: holding },
  { drill: "etcd-quorum-loss", method: step("etcd-quorum-loss", ""), at: holding },
  { drill: "etcd-partition", method: step("etcd-partition", "isolate: leader"), at: holding },
  { drill: "etcd-delay", method: step("etcd-delay", "between: follower, delay: 100ms"), at: holding },
  { drill: "etcd-member-replace", method: step("etcd-member-replace", "member: follower"), at: holding },
  { drill: "etcd-nospace", method: step("etcd-nospace", ""), at: holding },
  { drill: "etcd-corrupt-member", method: step("etcd-corrupt-member", "member: follower"), at: holding },
  { drill: "etcd-snapshot", method: step("etcd-snapshot", ""), at: holding },
  {
    drill: "etcd-snapshot-restore",
    method:
      "    - { name: backup, drill: etcd-snapshot }\n    - { name: fault, drill: etcd-snapshot-restore, with: { from: backup }, hold: 120s }\n",
    at: holding,
  },
  { drill: "etcd-force-new-cluster", method: step("etcd-force-new-cluster", ""), at: holding },
  { drill: "etcd-defrag", method: step("etcd-defrag", ""), at: holding },
  { drill: "etcd-compact", method: step("etcd-compact", ""), at: holding },
  { drill: "command", method: "", at: holding },
];

async function killAt(wanted: (event: RunEvent) => boolean, method: string, name: string): Promise<void> {
  const earlier = cli.newestRun();
  const started = cli.start(["run", "--target", "local:lab", cli.file("killed.yaml", header(name) + method)]);
  try {
    await cli.untilEvent((event) => cli.newestRun() !== earlier && wanted(event));
  } catch (error) {
    throw new Error(`${String(error)}\n${started.output()}`, { cause: error });
  }
  started.child.kill("SIGKILL");
  expect((await started.ended).signal).toBe("SIGKILL");
}

async function expectBrokenThenRestored(): Promise<void> {
  const status = await cli.run(["status"]);
  expect(status.code, status.stdout).toBe(4);
  expect((await cli.run(["recover", "--dry-run"])).code).toBe(4);
  const recovered = await cli.run(["recover"]);
  expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
}

describe("kill -9 while the fault is in, then recover", () => {
  test.each(cases)("$drill", async ({ drill, method, newIds }) => {
    // Ids of runs name the second they began in.
    await pause(1000);
    const marker = join(cli.dir, "command-marker");
    const commandStep = `    - { name: fault, drill: command, with: { argv: ["touch", "${marker}"], undo: ["rm", "-f", "${marker}"], effect: { argv: ["test", "-e", "${marker}"] } }, hold: 120s }\n`;
    await killAt(holding, drill === "command" ? commandStep : method, drill);
    await expectBrokenThenRestored();
    const after = await see();
    expect(newIds === true ? after.members.map(({ id: _id, ...rest }) => rest) : after.members).toEqual(
      newIds === true ? before.members.map(({ id: _id, ...rest }) => rest) : before.members,
    );
    expect(after.links).toEqual(before.links);
    expect(after.data).toBe(before.data);
    expect(after.files).toEqual(before.files);
    if (drill === "command") expect(readdirSync(cli.dir)).not.toContain("command-marker");
    const status = await cli.run(["status"]);
    expect(status.code, status.stdout).toBe(0);
    const again = await cli.run(["recover"]);
    expect([again.code, again.stdout]).toEqual([0, "nothing to recover\n"]);
    // The report of the killed run exists and says that it was recovered by another process; it did not pass.
    const record = cli.record();
    expect(record.recoveredLater).toBe(true);
    expect(record.outcome).not.toBe("passed");
    expect(record.leftBroken).toBe(false);
  });
});

describe("kill -9 at other moments", () => {
  test("between intent and effect", async () => {
    await pause(1000);
    await killAt((event) => event.type === "step.intent", step("etcd-quorum-loss", ""), "at-intent");
    await expectBrokenThenRestored();
    expect((await see()).members).toEqual(before.members);
  });

  test("during undo", async () => {
    await pause(1000);
    const method = "    - { name: fault, drill: etcd-quorum-loss, hold: 1s }\n";
    await killAt((event) => event.type === "act" && event.data.phase === "undo", method, "in-undo");
    await expectBrokenThenRestored();
    expect((await see()).members).toEqual(before.members);
  });

  test("half-way through a recovery procedure, after the old member was removed", async () => {
    await pause(1000);
    const method = "    - { name: fault, drill: etcd-member-replace, with: { member: follower }, hold: 500ms }\n";
    await killAt((event) => event.type === "act" && event.data.op.op === "etcd.memberRemove", method, "in-recovery");
    await expectBrokenThenRestored();
    const after = await see();
    expect(after.members.map(({ name, running, learner }) => [name, running, learner])).toEqual(
      before.members.map(({ name }) => [name, true, false]),
    );
    expect(after.data).toBe(before.data);
    expect(after.files).toEqual(before.files);
    before = after;
  });

  test("with a half-written last line", async () => {
    await pause(1000);
    await killAt(holding, step("etcd-member-crash", "member: leader"), "torn");
    const { appendFileSync } = process.getBuiltinModule("node:fs");
    appendFileSync(join(cli.newestRun(), "events.jsonl"), '{"seq":9999,"ts":"20');
    await expectBrokenThenRestored();
    expect((await see()).members).toEqual(before.members);
    expect(cli.record().journal.problem).toBeNull();
  });

  test("and the journal is gone too: recover sweeps the target", async () => {
    await pause(1000);
    await killAt(holding, step("etcd-partition", "isolate: leader"), "no-journal");
    rmSync(cli.newestRun(), { recursive: true, force: true });
    await expectBrokenThenRestored();
    const after = await see();
    expect(after.links).toEqual(before.links);
    expect(after.members).toEqual(before.members);
    expect(after.data).toBe(before.data);
  });

  test("and nobody comes: the dead-man on the target restores by its deadline", async () => {
    await pause(1000);
    const method = "    - { name: fault, drill: etcd-member-crash, with: { member: leader }, hold: 4s, deadline: 5s }\n";
    await killAt((event) => event.type === "hold", method, "nobody-comes");
    for (let waited = 0; waited < 20_000; waited += 250) {
      if ((await see()).members.every(({ running, answers }) => running && answers)) break;
      await pause(250);
    }
    expect((await see()).members).toEqual(before.members);
    // The run is still open and says so; recovering it finds everything in place and closes it.
    expect((await cli.run(["status"])).code).toBe(4);
    expect((await cli.run(["recover"])).code).toBe(0);
    expect((await cli.run(["status"])).code).toBe(0);
    expect(readFileSync(join(cli.newestRun(), "report.md"), "utf8")).toMatch(/dead-man/i);
  });
});

test("the drills that are killed here are all the drills there are, but the one that needs a person", () => {
  const folders = readdirSync(join(root, "src", "drills"), { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== "shared",
  );
  expect(cases.map(({ drill }) => drill).toSorted()).toEqual(
    folders
      .map(({ name }) => name)
      .filter((name) => name !== "manual")
      .toSorted(),
  );
});
