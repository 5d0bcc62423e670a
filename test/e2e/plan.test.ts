// Plan first: what is approved is what runs, or nothing does.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventsOfType, tempCli } from "./support/cli.ts";

const PLAYBOOK = `apiVersion: firedrill.dev/v1
kind: Playbook
metadata: { name: planned, title: Planned }
spec:
  parameters: { hold: { type: duration, default: 1s } }
  baseline: 500ms
  method:
    - { name: Crash one, drill: etcd-member-crash, with: { member: follower }, hold: "\${{ parameters.hold }}" }
  after: { recoveredFor: 1s, soak: 1s }
`;

test("a plan names victims, exact commands and their inverse; run --plan refuses what differs from it, and runs what does not", async () => {
  await using cli = tempCli();
  expect((await cli.run(["up", "--name", "lab"])).code).toBe(0);
  const file = cli.file("planned.yaml", PLAYBOOK);
  const out = join(cli.dir, "plan.json");
  const planned = await cli.run(["plan", "--target", "local:lab", "--seed", "7", "--out", out, file]);
  expect(planned.code, planned.stdout + planned.stderr).toBe(0);
  expect(planned.stdout).toMatch(/Crash one: etcd-member-crash on m[123]/);
  expect(planned.stdout).toMatch(/kill -KILL \(m[123]\)/);
  expect(planned.stdout).toMatch(/undo:\n\s+\S*etcd --name=m[123]/);
  expect(planned.stdout).toContain("1 of 3 voting members down, 2 left, quorum (2) kept");

  const other = await cli.run(["run", "--target", "local:lab", "--plan", out, "--set", "hold=2s", file]);
  expect(other.code, other.stdout + other.stderr).toBe(5);
  expect(other.stdout).toContain("no longer match the approved plan");
  expect(eventsOfType(cli.newestRun(), "act")).toEqual([]);

  const edited = join(cli.dir, "edited.json");
  writeFileSync(edited, readFileSync(out, "utf8").replace('"seed": 7', '"seed": 8'));
  const tampered = await cli.run(["run", "--target", "local:lab", "--plan", edited, file]);
  expect(tampered.code).toBe(5);
  expect(tampered.stderr).toContain("was changed after it was made");

  const same = await cli.run(["run", "--target", "local:lab", "--plan", out, file]);
  expect([0, 3], same.stdout + same.stderr).toContain(same.code);
  expect(eventsOfType(cli.newestRun(), "act").length).toBeGreaterThan(0);
  expect(eventsOfType(cli.newestRun(), "guard.checked").find(({ data }) => data.guard === "approved plan")?.data.ok).toBe(true);
});

test("--json gives one event a line, and a result", async () => {
  await using cli = tempCli();
  const ended = await cli.run(["run", "--json", cli.file("planned.yaml", PLAYBOOK)]);
  const lines = ended.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; exitCode?: number });
  expect(lines[0]?.type).toBe("run.started");
  expect(lines.map(({ type }) => type)).toEqual(
    expect.arrayContaining(["step.intent", "act", "effect.checked", "step.undone", "run.sealed"]),
  );
  expect(lines.at(-1)).toMatchObject({ type: "result", exitCode: ended.code });
  expect(ended.code, ended.stderr).toBe(0);
});
