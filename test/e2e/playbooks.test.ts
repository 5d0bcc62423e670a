// Every playbook that is shipped, run on a real cluster as its reader would.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, tempCli } from "./support/cli.ts";

/** Run by tests of their own. */
const ELSEWHERE: ReadonlySet<string> = new Set(["demo.yaml", "leader-crash.yaml", "total-loss-restore.yaml", "manual.yaml"]);
const playbooks = readdirSync(join(root, "playbooks")).filter((name) => name.endsWith(".yaml"));

test.each(playbooks.filter((name) => !ELSEWHERE.has(name)))("%s passes, its effects proved, everything put back", async (name) => {
  await using cli = tempCli();
  const ended = await cli.run(["run", join("playbooks", name)]);
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  const record = cli.record();
  expect(record.outcome).toBe("passed");
  const drills = record.steps.filter(({ kind }) => kind === "drill");
  expect(drills.length).toBeGreaterThan(0);
  for (const step of drills) expect([step.name, step.effect?.proved]).toEqual([step.name, true]);
  expect(record.objectives.length).toBeGreaterThan(0);
  expect(record.residue).toEqual([]);
});

test("manual.yaml asks a person at a terminal, and fails to start without one", async () => {
  await using cli = tempCli();
  const without = await cli.run(["run", join("playbooks", "manual.yaml")]);
  expect(without.code, without.stdout + without.stderr).not.toBe(0);
  expect(without.stdout + without.stderr).toContain("needs a person at a terminal");
  const command = [process.execPath, join(root, "bin", "firedrill.js"), "run", "-q", join(root, "playbooks", "manual.yaml")].join(" ");
  // script(1) gives it a terminal; the answer comes once and whatever is asked.
  const asked = spawnSync("script", ["-qec", command, "/dev/null"], {
    encoding: "utf8",
    env: cli.env,
    cwd: root,
    input: "done\n".repeat(20),
    timeout: 120_000,
  });
  expect(asked.status, asked.stdout).toBe(0);
  expect(cli.record().steps.find(({ drill }) => drill === "manual")?.effect?.proved).toBe(true);
});
