import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FiredrillError } from "../core/errors.ts";
import { bootId, processStartTime } from "../util/process-identity.ts";
import { type ActiveRun, closeActive, listActive, lockCluster, lockHolder, openActive, requestStop, stopRequested } from "./state.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "fd-state-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const me = { run: "run-1", pid: process.pid, startTime: processStartTime(process.pid) ?? "", bootId: bootId() };
const fingerprint = "ab".repeat(32);

test("a cluster has one run at a time, and the refusal names the holder", () => {
  using _held = lockCluster(home, fingerprint, me);
  expect(lockHolder(home, fingerprint)?.run).toBe("run-1");
  let refused: unknown;
  try {
    lockCluster(home, fingerprint, { ...me, run: "run-2" });
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(FiredrillError);
  expect((refused as FiredrillError).message).toContain('run "run-1"');
  expect((refused as FiredrillError).hint).toContain("firedrill stop run-1");
});

test("the lock goes with its scope", () => {
  {
    using _held = lockCluster(home, fingerprint, me);
  }
  using again = lockCluster(home, fingerprint, { ...me, run: "run-2" });
  expect(again.file).toContain(fingerprint.slice(0, 32));
});

test("a lock of a process that is gone is taken over: same pid, other start time", () => {
  const dead = lockCluster(home, fingerprint, { ...me, startTime: "1" });
  expect(lockHolder(home, fingerprint)).toBeNull();
  using _taken = lockCluster(home, fingerprint, { ...me, run: "run-2" });
  expect(lockHolder(home, fingerprint)?.run).toBe("run-2");
  void dead;
});

test("open runs are listed until closed; a stop request reaches its run only", () => {
  const active: ActiveRun = { ...me, journal: "/j", playbook: "p", target: { type: "local", name: "x", fingerprint, throwAway: false } };
  openActive(home, active);
  openActive(home, { ...active, run: "run-2" });
  requestStop(home, "run-2", "because");
  expect([stopRequested(home, "run-1"), stopRequested(home, "run-2")]).toEqual([null, "because"]);
  closeActive(home, "run-2");
  expect(listActive(home).map(({ run }) => run)).toEqual(["run-1"]);
  expect(stopRequested(home, "run-2")).toBeNull();
});

test("a damaged entry is not a run", () => {
  openActive(home, { ...me, journal: "/j", playbook: "p", target: { type: "local", name: "x", fingerprint, throwAway: false } });
  writeFileSync(join(home, "active", "torn.json"), '{"run":');
  expect(listActive(home)).toHaveLength(1);
});
