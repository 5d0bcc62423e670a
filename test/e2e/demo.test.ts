import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { processesNaming, root, tempCli } from "./support/cli.ts";

test("demo crashes a leader, restores a backup, reports, and leaves nothing running", async () => {
  await using cli = tempCli();
  const ended = await cli.run(["demo"]);
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  const record = cli.record();
  expect(record.steps.filter(({ kind }) => kind === "drill").map(({ drill, effect }) => [drill, effect?.proved])).toEqual([
    ["etcd-member-crash", true],
    ["etcd-snapshot", true],
    ["etcd-snapshot-restore", true],
  ]);
  expect(record.objectives.every(({ verdict }) => verdict === "met")).toBe(true);
  expect(record.residue).toEqual([]);
  for (const name of ["events.jsonl", "run.json", "report.html", "report.md", "junit.xml"])
    expect(existsSync(join(cli.newestRun(), name)), name).toBe(true);
  expect(ended.stdout).toContain("report.html");
  expect(readdirSync(join(cli.home, "targets"))).toEqual([]);
  expect(readdirSync(join(cli.home, "active"))).toEqual([]);
  expect(processesNaming(cli.home)).toEqual([]);
});

test("--help and validate load neither gRPC, Kubernetes, execa nor listr2", () => {
  for (const args of [
    ["--help"],
    ["run", "--help"],
    ["validate", "playbooks/leader-crash.yaml"],
    ["explain", "etcd-member-crash"],
    ["list", "drills"],
  ]) {
    const traced = spawnSync(
      process.execPath,
      [
        "--import",
        "data:text/javascript,import{registerHooks}from'node:module';registerHooks({resolve(s,c,n){const r=n(s,c);process.stderr.write('LOADED '+r.url+'\\n');return r}})",
        join(root, "bin", "firedrill.js"),
        ...args,
      ],
      { encoding: "utf8", cwd: root },
    );
    expect([args.join(" "), traced.status]).toEqual([args.join(" "), 0]);
    const loaded = traced.stderr.split("\n").filter((line) => line.startsWith("LOADED "));
    expect(loaded.length).toBeGreaterThan(3);
    expect(loaded.filter((line) => /node_modules\/(@grpc|etcd3|@kubernetes|execa|listr2|cockatiel)\//.test(line))).toEqual([]);
  }
});
