import { expect, test } from "vitest";
import type { MemberStatus } from "../shared/etcd-client.ts";
import type { SupervisorStatus } from "./control-protocol.ts";
import { alarmsOf, combine } from "./look.ts";
import type { TargetFile } from "./target-file.ts";

const NAMES = ["m1", "m2", "m3"];
// Only what `combine` reads.
const target = {
  members: NAMES.map((name, index) => ({ name, clientPort: 100 + index, peerPort: 200 + index, relayPort: 300 + index })),
} as unknown as TargetFile;
const processes = (down: readonly string[]): SupervisorStatus => ({
  pid: 1,
  startTime: "1",
  links: [],
  deadMen: [],
  members: NAMES.map((name) => ({
    name,
    desired: "up",
    running: !down.includes(name),
    paused: false,
    pid: down.includes(name) ? null : 10,
    startTime: down.includes(name) ? null : "5",
    exit: null,
  })),
});
const ID: Readonly<Record<string, string>> = { m1: "a1", m2: "a2", m3: "a3" };
const list = (names: readonly string[], learner?: string) =>
  names.map((name) => ({
    id: ID[name] ?? "",
    name,
    peerUrls: [`https://127.0.0.1:${300 + NAMES.indexOf(name)}`],
    clientUrls: [],
    learner: name === learner,
  }));
const status = (name: string, leader: string | null, term: number, errors: readonly string[] = []): MemberStatus => ({
  memberId: ID[name] ?? "",
  clusterId: "c1",
  version: "3.6.16",
  dbSizeBytes: 1,
  dbSizeInUseBytes: 1,
  leaderId: leader === null ? null : (ID[leader] ?? null),
  raftIndex: 7,
  raftAppliedIndex: 7,
  raftTerm: term,
  revision: 3,
  learner: false,
  errors,
});
const says = (name: string, leader: string | null, term: number, members: ReturnType<typeof list> = list(NAMES)) =>
  [name, { status: status(name, leader, term), list: members, clusterId: "c1" }] as const;

test("the leader is the one a quorum of the voters names", () => {
  const view = combine(target, processes([]), new Map([says("m1", "m2", 4), says("m2", "m2", 4), says("m3", "m2", 4)]));
  expect(view).toMatchObject({ leader: "m2", clusterId: "c1" });
  expect(view.members.map(({ id }) => id)).toEqual(["a1", "a2", "a3"]);
});

test("an old leader that is alone is not the leader, and the others' list counts", () => {
  const view = combine(target, processes([]), new Map([says("m1", "m1", 4), says("m2", "m3", 5), says("m3", "m3", 5)]));
  expect(view.leader).toBe("m3");
  expect(view.members[0]?.believesLeader).toBe("m1");
  expect(combine(target, processes(["m2", "m3"]), new Map([says("m1", "m1", 4)])).leader).toBeNull();
});

test("a member that is down has no answers; its id is known from the others' list", () => {
  const view = combine(target, processes(["m1"]), new Map([says("m2", "m3", 5), says("m3", "m3", 5)]));
  expect(view.members[0]).toMatchObject({ name: "m1", id: "a1", running: false, answers: false, term: null, believesLeader: null });
});

test("one survivor with a member list of one is a leader by itself, and the others are in no list", () => {
  const view = combine(target, processes(["m2", "m3"]), new Map([says("m1", "m1", 9, list(["m1"]))]));
  expect(view.leader).toBe("m1");
  expect(view.members.map(({ id }) => id)).toEqual(["a1", null, null]);
});

test("a learner has no vote", () => {
  const members = list(NAMES, "m3");
  const view = combine(target, processes([]), new Map([says("m2", "m1", 4, members), says("m3", "m1", 4, members)]));
  expect(view.members[2]?.learner).toBe(true);
  expect(view.leader).toBeNull();
});

test("nobody answers: nothing is known, and nothing throws", () => {
  expect(combine(target, processes(NAMES), new Map())).toMatchObject({ clusterId: null, leader: null });
});

test("alarms are read from status errors, by member", () => {
  expect(
    alarmsOf(["etcdserver: no leader", "memberID:161 alarm:NOSPACE ", "memberID:161 alarm:NOSPACE ", "memberID:162 alarm:CORRUPT "]),
  ).toEqual(
    new Map([
      ["a1", ["NOSPACE"]],
      ["a2", ["CORRUPT"]],
    ]),
  );
});
