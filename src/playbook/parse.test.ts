import { expect, test } from "vitest";
import { smallRegistry } from "../../test/support/small-registry.ts";
import { sha256 } from "../util/digest.ts";
import { parsePlaybook } from "./parse.ts";

const MINIMAL = `apiVersion: firedrill.dev/v1
kind: Playbook
metadata: { name: least, title: The least there can be }
spec:
  method:
    - { name: Kill, drill: crash }
`;

const FULL = `# every key there is
apiVersion: firedrill.dev/v1
kind: Playbook
metadata:
  name: most
  title: The most there can be
  description: Because.
  owner: sre
  cadence: quarterly
  controls: ["soc2:A1.3", "nist-800-53:CP-4(5)"]
spec:
  requires: { etcd: { members: ">=3", version: ">=3.5" } }
  target: { type: local, members: 5, etcd: { quota: 16MiB, args: ["--snapshot-count=1000"] } }
  parameters:
    hold: { type: duration, default: 20s, description: How long. }
    who: { type: member, default: leader }
    n: { type: int, default: 2 }
    loss: { type: boolean, default: true }
  objectives:
    - { id: back, rto: 5s, probes: [writes], step: Kill it, source: BIA row 4 }
    - { id: redundant, rto: 1m30s, of: redundancyRestored }
    - { id: none-lost, rpo: 0 writes }
    - { id: little-lost, rpo: 500ms }
    - { id: up, availability: 99.9%, probes: [site] }
  probes:
    writes: { type: etcd-write, every: 20ms, deadline: 500ms, through: one }
    site: { type: http, url: "http://127.0.0.1:1/" }
  sentinel: { every: 10ms }
  steadyState:
    - etcd-healthy
    - etcd-members: { voting: "\${{ parameters.n }}" }
      within: 10s
  guards:
    maxUnavailableMembers: 1
    allowQuorumLoss: false
    allowDataLoss: \${{ parameters.loss }}
    maxDuration: 10m
    stopWhen: [{ probe: writes, downFor: 30s }]
  baseline: 1s
  method:
    - name: Kill it
      drill: crash
      with: { member: "\${{ parameters.who }}", wait: 3s }
      hold: \${{ parameters.hold }}
      deadline: 1m
    - name: Look
      check: [{ keys: { prefix: "/n-\${{ parameters.n }}/" } }, etcd-healthy:]
    - { name: Wait, hold: 2s }
    - { name: Mend, undo: Kill it }
  after: { recoveredFor: 3s, recoverWithin: 1m, soak: 0s, expect: [{ etcd-members: { healthy: 3 } }] }
`;

function parsed(text: string, set: Readonly<Record<string, string>> = {}) {
  const result = parsePlaybook(text, "p.yaml", smallRegistry, { set });
  if ("problems" in result) throw new Error(result.problems.map(({ line, column, message }) => `${line}:${column} ${message}`).join("\n"));
  return result.playbook;
}

test("fills in every default of the smallest playbook", () => {
  expect(parsed(MINIMAL)).toEqual({
    file: "p.yaml",
    sha256: sha256(MINIMAL),
    name: "least",
    title: "The least there can be",
    description: null,
    owner: null,
    cadence: null,
    controls: [],
    parameters: {},
    requires: { members: null, etcdVersion: null },
    target: null,
    objectives: [],
    probes: [],
    sentinel: { everyMs: 50, deadlineMs: 1000 },
    steadyState: [],
    guards: { maxUnavailableMembers: null, allowQuorumLoss: false, allowDataLoss: false, maxDurationMs: 1_800_000, stopWhen: [] },
    baselineMs: 3000,
    method: [{ kind: "drill", name: "Kill", drill: "crash", with: {}, holdMs: 0, deadlineMs: null }],
    after: { recoveredForMs: 5000, recoverWithinMs: 120_000, soakMs: 5000, expect: [] },
  });
});

test("reads every key", () => {
  expect(parsed(FULL, { hold: "5s", n: "4" })).toEqual({
    file: "p.yaml",
    sha256: sha256(FULL),
    name: "most",
    title: "The most there can be",
    description: "Because.",
    owner: "sre",
    cadence: "quarterly",
    controls: ["soc2:A1.3", "nist-800-53:CP-4(5)"],
    parameters: {
      hold: { type: "duration", value: "5s", default: "20s", description: "How long." },
      who: { type: "member", value: "leader", default: "leader", description: null },
      n: { type: "int", value: 4, default: 2, description: null },
      loss: { type: "boolean", value: true, default: true, description: null },
    },
    requires: { members: { op: ">=", count: 3 }, etcdVersion: ">=3.5" },
    target: { type: "local", members: 5, quotaBytes: 16_777_216, etcdArgs: ["--snapshot-count=1000"] },
    objectives: [
      {
        id: "back",
        promise: { kind: "rto", limitMs: 5000, of: "serviceRestored" },
        probes: ["writes"],
        step: "Kill it",
        source: "BIA row 4",
      },
      { id: "redundant", promise: { kind: "rto", limitMs: 90_000, of: "redundancyRestored" }, probes: [], step: null, source: null },
      { id: "none-lost", promise: { kind: "rpo-writes", limit: 0 }, probes: [], step: null, source: null },
      { id: "little-lost", promise: { kind: "rpo-time", limitMs: 500 }, probes: [], step: null, source: null },
      { id: "up", promise: { kind: "availability", atLeast: 0.999 }, probes: ["site"], step: null, source: null },
    ],
    probes: [
      { id: "writes", type: "etcd-write", everyMs: 20, deadlineMs: 500, params: { through: "one" } },
      { id: "site", type: "http", everyMs: 100, deadlineMs: 1000, params: { url: "http://127.0.0.1:1/", timeout: 2000 } },
    ],
    sentinel: { everyMs: 10, deadlineMs: 1000 },
    steadyState: [
      { assertion: "etcd-healthy", params: {}, withinMs: 0 },
      { assertion: "etcd-members", params: { voting: 4 }, withinMs: 10_000 },
    ],
    guards: {
      maxUnavailableMembers: 1,
      allowQuorumLoss: false,
      allowDataLoss: true,
      maxDurationMs: 600_000,
      stopWhen: [{ probe: "writes", downForMs: 30_000 }],
    },
    baselineMs: 1000,
    method: [
      { kind: "drill", name: "Kill it", drill: "crash", with: { member: "leader", wait: "3s" }, holdMs: 5000, deadlineMs: 60_000 },
      {
        kind: "check",
        name: "Look",
        expect: [
          { assertion: "keys", params: { prefix: "/n-4/" }, withinMs: 0 },
          { assertion: "etcd-healthy", params: {}, withinMs: 0 },
        ],
      },
      { kind: "hold", name: "Wait", holdMs: 2000 },
      { kind: "undo", name: "Mend", of: "Kill it" },
    ],
    after: {
      recoveredForMs: 3000,
      recoverWithinMs: 60_000,
      soakMs: 0,
      expect: [{ assertion: "etcd-members", params: { healthy: 3 }, withinMs: 0 }],
    },
  });
});

test("after.expect is the steady state when it is not given, and nothing when it is empty", () => {
  const steady = `${MINIMAL}  steadyState: [etcd-healthy]\n`;
  expect(parsed(steady).after.expect).toEqual([{ assertion: "etcd-healthy", params: {}, withinMs: 0 }]);
  expect(parsed(`${steady}  after: { expect: [] }\n`).after.expect).toEqual([]);
});

test("sentinel: false turns the sentinel off", () => {
  expect(parsed(`${MINIMAL}  sentinel: false\n`).sentinel).toBeNull();
});

test("parameters that drills take stay as written, so that the drill parses them itself", () => {
  const playbook = parsed(MINIMAL.replace("drill: crash", "drill: fill, with: { upTo: 8MiB }"));
  expect(playbook.method[0]).toMatchObject({ with: { upTo: "8MiB" } });
});

test("aliases stand for the value of their anchor", () => {
  const text = MINIMAL.replace(
    "drill: crash }",
    "drill: crash, with: &with { member: one } }\n    - { name: Again, drill: crash, with: *with }",
  );
  expect(parsed(text).method).toMatchObject([{ with: { member: "one" } }, { with: { member: "one" } }]);
});

test("a byte order mark and Windows line ends change nothing but the digest", () => {
  const { sha256: plain, ...rest } = parsed(FULL);
  const { sha256: other, ...same } = parsed(`\ufeff${FULL.replaceAll("\n", "\r\n")}`);
  expect(same).toEqual(rest);
  expect(other).not.toBe(plain);
});

test("an override names what is wrong with it, and silences what follows from it", () => {
  const result = parsePlaybook(FULL, "p.yaml", smallRegistry, { set: { hold: "soon", n: "two", hld: "1s", loss: "yes" } });
  expect("problems" in result ? result.problems.map(({ file, code, message, hint }) => ({ file, code, message, hint })) : []).toEqual([
    { file: "--set", code: "bad-parameter", message: '"hold" cannot be "soon": its type is duration', hint: "for example --set hold=20s" },
    { file: "--set", code: "bad-parameter", message: '"loss" cannot be "yes": its type is boolean', hint: "for example --set loss=true" },
    { file: "--set", code: "bad-parameter", message: '"n" cannot be "two": its type is int', hint: "for example --set n=3" },
    { file: "--set", code: "unknown-parameter", message: 'no parameter "hld"', hint: 'did you mean "hold"?' },
  ]);
});

function problemsOf(text: string): readonly string[] {
  const result = parsePlaybook(text, "p.yaml", smallRegistry, { set: {} });
  return "problems" in result
    ? result.problems.map(({ line, column, endColumn, message }) => `${line}:${column}-${endColumn} ${message}`)
    : [];
}

test("an unknown key is one even where the drill itself would let it pass", () => {
  const text = MINIMAL.replace("drill: crash", "drill: fill, with: { upTo: 1MiB, uptO: 2MiB }");
  expect(problemsOf(text)).toEqual(['6:54-58 unknown key "uptO"']);
});

test("what an alias repeats is reported once, at its anchor", () => {
  const text = MINIMAL.replace("drill: crash }", "drill: crash, with: &w { membr: one } }\n    - { name: Again, drill: crash, with: *w }");
  expect(problemsOf(text)).toEqual(['6:46-51 unknown key "membr"']);
});

test("a place ends before a Windows line end", () => {
  const text =
    "apiVersion: firedrill.dev/v1\r\nkind: Playbook\r\nmetadata: { name: n, title: t }\r\nspec:\r\n  method:\r\n    - name: Kill\r\n";
  expect(problemsOf(text)).toEqual(["6:7-17 a step that does nothing"]);
});
