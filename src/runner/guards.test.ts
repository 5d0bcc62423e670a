import { describe, expect, test } from "vitest";
import type { Plan, PlannedStep } from "../core/event.ts";
import type { Playbook } from "../core/playbook.ts";
import type { ClusterView, MemberView } from "../core/view.ts";
import { drills } from "../drills/index.ts";
import { checkBlastRadius, refuse, versionFits } from "./guards.ts";

const registry = { drills, assertions: [], probes: [] };

function member(name: string, over: Partial<MemberView> = {}): MemberView {
  return {
    name,
    id: name,
    clientUrl: "",
    peerUrl: "",
    running: true,
    paused: false,
    pid: 1,
    startTime: "1",
    answers: true,
    learner: false,
    believesLeader: "m1",
    term: 2,
    raftIndex: 10,
    revision: 5,
    dbSizeBytes: 1,
    version: "3.6.0",
    alarms: [],
    ...over,
  };
}

const view = (members: readonly MemberView[]): ClusterView => ({ clusterId: "c", leader: "m1", members, links: [] });
const three = view([member("m1"), member("m2"), member("m3")]);

function step(name: string, victims: readonly string[], over: Partial<PlannedStep> = {}): PlannedStep {
  return {
    id: name,
    name,
    kind: "drill",
    drill: "etcd-member-crash",
    with: null,
    victims,
    holdMs: 0,
    deadlineMs: 1,
    breaks: ["x"],
    recovers: [],
    undo: ["y"],
    undoes: null,
    blastRadius: "",
    ...over,
  };
}

const undo = (of: string): PlannedStep => step(`undo ${of}`, [], { kind: "undo", drill: null, undoes: of });

function judge(steps: readonly PlannedStep[], guards: Partial<Playbook["guards"]> = {}, at: ClusterView = three): readonly string[] {
  const playbook = {
    guards: { maxUnavailableMembers: null, allowQuorumLoss: false, allowDataLoss: false, maxDurationMs: 1, stopWhen: [], ...guards },
  } as unknown as Playbook;
  return checkBlastRadius(playbook, registry, { steps } as unknown as Plan, at)
    .filter(({ ok }) => !ok)
    .map(({ guard }) => guard);
}

describe("blast radius of the whole drill", () => {
  test("one of three may go", () => expect(judge([step("a", ["m1"])])).toEqual([]));
  test("two of three lose quorum", () => expect(judge([step("a", ["m1", "m2"])])).toEqual(["quorum"]));
  test("one and then another, without undo between, lose it too", () =>
    expect(judge([step("a", ["m1"]), step("b", ["m2"])])).toEqual(["quorum"]));
  test("with the first undone before the second they do not", () =>
    expect(judge([step("a", ["m1"]), undo("a"), step("b", ["m2"])])).toEqual([]));
  test("a rehearsed procedure brings its victims back by itself", () =>
    expect(judge([step("a", ["m1"], { recovers: ["r"] }), step("b", ["m2"])])).toEqual([]));
  test("a member that is down already counts", () =>
    expect(judge([step("a", ["m1"])], {}, view([member("m1"), member("m2"), member("m3", { running: false, answers: false })]))).toEqual([
      "quorum",
    ]));
  test("allowed is allowed, within the limit of members", () => {
    expect(judge([step("a", ["m1", "m2"])], { allowQuorumLoss: true })).toEqual([]);
    expect(judge([step("a", ["m1", "m2"])], { allowQuorumLoss: true, maxUnavailableMembers: 1 })).toEqual(["maxUnavailableMembers"]);
  });
  test("a drill that gives up writes needs allowDataLoss", () => {
    const restore = step("a", ["m1", "m2", "m3"], { drill: "etcd-snapshot-restore", recovers: ["r"] });
    expect(judge([restore], { allowQuorumLoss: true })).toEqual(["dataLoss"]);
    expect(judge([restore], { allowQuorumLoss: true, allowDataLoss: true })).toEqual([]);
  });
});

test("a failed guard refuses and names itself and what it compared", () => {
  expect(() => refuse([{ guard: "quorum", ok: false, detail: "2 of 3" }])).toThrow('refused by guard "quorum": 2 of 3');
  expect(() => refuse([{ guard: "quorum", ok: true, detail: "" }])).not.toThrow();
});

test.each([
  ["3.6.0", ">=3.5.10", true],
  ["3.5.9", ">=3.5.10", false],
  ["3.5.10", ">=3.5.10", true],
  ["3.4.23", ">=3.5", false],
  ["4.0.0", ">=3.6", true],
])("%s fits %s: %s", (version, wanted, fits) => expect(versionFits(version, wanted)).toBe(fits));
