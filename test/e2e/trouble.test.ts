// Bad input and trouble: each with a sentence, the right exit code, and nothing lost or left.
import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readJournal } from "../../src/runner/journal.ts";
import { eventsOfType, tempCli } from "./support/cli.ts";

const HEAD = `apiVersion: firedrill.dev/v1
kind: Playbook
metadata: { name: trouble, title: Trouble }
spec:
`;

test("a bad playbook gets all its problems at once, with their places, exit 2, and no cluster is started", async () => {
  await using cli = tempCli();
  const file = cli.file(
    "bad.yaml",
    `${HEAD}  method:\n    - { name: one, drill: etcd-member-crsh }\n    - { name: two, drill: etcd-member-crash, hold: 20 }\n`,
  );
  const ended = await cli.run(["run", file]);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toMatch(/bad\.yaml:6:\d+.*etcd-member-crsh/);
  expect(ended.stderr).toContain("etcd-member-crash");
  expect(ended.stderr).toMatch(/bad\.yaml:7:\d+.*unit/);
  expect(existsSync(cli.reports)).toBe(false);
  expect(existsSync(join(cli.home, "targets"))).toBe(false);
});

test.each([
  ["10 MB", () => `${HEAD}# ${"x".repeat(10_000_000)}\n`],
  [
    "nested aliases",
    () =>
      `a: &a [x, x, x, x, x, x, x, x, x]\n${"bcdefghij"
        .split("")
        .map(
          (name, index) =>
            `${name}: &${name} [${Array(9)
              .fill(`*${"abcdefghi"[index] ?? "a"}`)
              .join(", ")}]`,
        )
        .join("\n")}\n`,
  ],
  ["binary", () => "\u0000\u0001\u0002\uFFFD\u0000"],
])("a playbook of %s is refused, exit 2", async (name, text) => {
  await using cli = tempCli();
  const ended = await cli.run(["validate", cli.file("odd.yaml", text())]);
  expect([name, ended.code]).toEqual([name, 2]);
  expect(ended.stderr + ended.stdout).toContain("odd.yaml");
  expect(ended.stderr).not.toContain("this is a bug");
});

test("a role that fits nobody is an error, exit 5: a drill that does nothing is no drill", async () => {
  await using cli = tempCli();
  const file = cli.file(
    "empty.yaml",
    `${HEAD}  baseline: 500ms\n  method:\n    - { name: one, drill: etcd-member-crash, with: { member: learner } }\n`,
  );
  const ended = await cli.run(["run", file]);
  expect(ended.code, ended.stdout + ended.stderr).toBe(5);
  expect(ended.stdout).toContain('"learner" fits no member now');
  expect(eventsOfType(cli.newestRun(), "act")).toEqual([]);
});

test("etcd missing: one sentence that says what was tried, exit 3", async () => {
  await using cli = tempCli();
  const ended = await cli.run(["up"], {
    env: { PATH: join(cli.dir, "nothing"), XDG_CACHE_HOME: join(cli.dir, "cache"), FIREDRILL_ASSETS: join(cli.dir, "nothing") },
  });
  expect(ended.code).toBe(3);
  expect(ended.stderr).toMatch(/^firedrill: .*etcd/m);
  expect(ended.stderr).toMatch(/next: .*(PATH|FIREDRILL_ASSETS)/s);
});

test("a taken port is named, exit 2, and nothing is left of the target", async () => {
  await using cli = tempCli();
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const ended = await cli.run(["up", "--base-port", String(Math.max(1024, port - 2))]);
  server.close();
  expect(ended.code, ended.stderr).toBe(2);
  expect(ended.stderr).toContain(String(port));
  expect(readdirSync(join(cli.home, "targets"))).toEqual([]);
});

test("a member that never starts: its own last words are shown, exit 3, and nothing is left", async () => {
  await using cli = tempCli();
  const ended = await cli.run(["up", "--etcd-arg=--no-such-flag"]);
  expect(ended.code, ended.stderr).toBe(3);
  expect(ended.stderr).toContain("no-such-flag");
  expect(readdirSync(join(cli.home, "targets"))).toEqual([]);
});

test.runIf(process.getuid?.() === 0)(
  "a data folder that came to belong to someone else: the undo fails and says whose it is, exit 4; mended, recover puts it back",
  async () => {
    await using cli = tempCli();
    expect((await cli.run(["up", "--name", "lab"])).code).toBe(0);
    const file = cli.file(
      "owned.yaml",
      `${HEAD}  baseline: 500ms\n  method:\n    - { name: one, drill: etcd-member-crash, with: { member: m2 }, hold: 3s }\n  after: { recoveredFor: 1s, soak: 1s, recoverWithin: 5s }\n`,
    );
    const started = cli.start(["run", "--target", "local:lab", file]);
    await cli.untilEvent(({ type }) => type === "hold");
    const data = join(cli.home, "targets", "lab", "members", "m2", "data");
    chownSync(data, 65_534, 65_534);
    const ended = await started.ended;
    expect(ended.code, ended.stdout + ended.stderr).toBe(4);
    expect(ended.stdout).toMatch(/belongs to (nobody|user 65534)/);
    expect(cli.record().leftBroken).toBe(true);
    expect((await cli.run(["status"])).code).toBe(4);
    chownSync(data, 0, 0);
    const recovered = await cli.run(["recover"]);
    expect(recovered.code, recovered.stdout + recovered.stderr).toBe(0);
    expect((await cli.run(["status"])).code).toBe(0);
  },
);

test.runIf(process.getuid?.() === 0)(
  "a disk that fills up while journaling ends the run and undoes; the journal holds what was done",
  async () => {
    await using cli = tempCli();
    const small = join(cli.dir, "small");
    mkdirSync(small);
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=640k", "tmpfs", small]).status !== 0)
      throw new Error("this machine cannot mount a tmpfs; run as a user that can, or not as root");
    try {
      const file = cli.file(
        "full.yaml",
        `${HEAD}  probes:\n    w: { type: etcd-write, every: 10ms, deadline: 1s }\n    r: { type: etcd-read, every: 10ms, deadline: 1s }\n  baseline: 500ms\n  method:\n    - { name: one, drill: etcd-member-crash, with: { member: follower }, hold: 120s }\n  after: { recoveredFor: 1s, soak: 1s }\n`,
      );
      const ended = await cli.run(["run", "--reports", small, file]);
      expect(ended.code, ended.stdout + ended.stderr).toBe(5);
      expect(ended.stdout).toMatch(/disk .*full/);
      const run = readdirSync(small).find((name) => /^\d{8}T/.test(name));
      const journal = readJournal(join(small, run ?? "", "events.jsonl"));
      expect(journal.problem).toBeNull();
      expect(journal.sealed).toBe(true);
      expect(journal.events.some((event) => event.type === "step.undone" && event.data.verified)).toBe(true);
      const ledger = readFileSync(join(small, "ledger.jsonl"), "utf8").trim().split("\n");
      expect(ledger.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(["opened", "closed"]);
    } finally {
      spawnSync("umount", [small]);
    }
  },
);

test("unknown commands, options and targets get a did-you-mean, exit 2", async () => {
  await using cli = tempCli();
  const command = await cli.run(["vaildate"]);
  expect([command.code, command.stderr]).toEqual([
    2,
    'firedrill: there is no command "vaildate"\n  next: did you mean "validate"? see: firedrill --help\n',
  ]);
  const option = await cli.run(["run", "--targt", "local"]);
  expect(option.code).toBe(2);
  expect(option.stderr).toContain('did you mean "--target"?');
  const target = await cli.run(["run", "--target", "local:nowhere", "playbooks/leader-crash.yaml"]);
  expect(target.code).toBe(2);
  expect(target.stderr + target.stdout).toContain("nowhere");
});
