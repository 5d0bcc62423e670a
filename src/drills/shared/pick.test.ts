import { expect, test } from "vitest";
import type { ClusterView, MemberView } from "../../core/view.ts";
import { seeded } from "../../util/random.ts";
import { pickOne, pickUp, spareVoters } from "./pick.ts";

function view(members: Readonly<Record<string, Partial<MemberView>>>, leader: string | null = "m1"): ClusterView {
  const base: Omit<MemberView, "name"> = {
    id: "1",
    clientUrl: "",
    peerUrl: "",
    running: true,
    paused: false,
    pid: 1,
    startTime: "1",
    answers: true,
    learner: false,
    believesLeader: leader,
    term: 2,
    raftIndex: 1,
    revision: 1,
    dbSizeBytes: 1,
    version: "3.6.16",
    alarms: [],
  };
  return { clusterId: "c", leader, members: Object.entries(members).map(([name, own]) => ({ ...base, name, ...own })), links: [] };
}
const names = (picked: readonly MemberView[]): readonly string[] => picked.map((member) => member.name);
const three = view({ m1: {}, m2: {}, m3: {} });
const oneDown = view({ m1: {}, m2: {}, m3: { running: false } });
const five = view({ m1: {}, m2: {}, m3: {}, m4: { paused: true }, m5: {} });

test("a majority is leader first and no larger than needed; who is down already counts", () => {
  expect(pickUp(three, "majority", seeded(1))).toHaveLength(2);
  expect(names(pickUp(three, "majority", seeded(1)))).toContain("m1");
  expect(names(pickUp(oneDown, "majority", seeded(1)))).toEqual(["m1"]);
  expect(pickUp(five, "majority", seeded(1))).toHaveLength(2);
});

test("a minority never takes the leader, and is refused when one more would be too many", () => {
  for (let seed = 0; seed < 20; seed++) expect(["m2", "m3"]).toContain(names(pickUp(three, "minority", seeded(seed)))[0]);
  expect(pickUp(five, "minority", seeded(1))).toHaveLength(1);
  expect(() => pickUp(oneDown, "minority", seeded(1))).toThrow('"minority" fits no member now: 2 voting members are up');
});

test("a member that is down or frozen is never picked by role, and refused by name", () => {
  for (let seed = 0; seed < 20; seed++) {
    expect(names(pickUp(oneDown, "follower", seeded(seed)))).toEqual(["m2"]);
    expect(names(pickUp(five, "one", seeded(seed)))).not.toContain("m4");
  }
  expect(names(pickUp(five, "all", seeded(1)))).toEqual(["m1", "m2", "m3", "m5"]);
  expect(() => pickUp(oneDown, "m3", seeded(1))).toThrow('"m3" is already down');
  expect(() => pickUp(five, "m4", seeded(1))).toThrow('"m4" is already down');
  expect(() => pickUp(three, "m9", seeded(1))).toThrow('"m9" fits no member now');
});

test("several members where one is needed are an error", () => {
  expect(pickOne(three, "leader", seeded(1)).name).toBe("m1");
  expect(() => pickOne(three, "all", seeded(1))).toThrow('"all" stands for 3 members, this drill takes one');
});

test("spare voters are those beyond quorum", () => {
  expect([three, oneDown, five].map(spareVoters)).toEqual([1, 0, 1]);
  expect(spareVoters(view({ m1: {}, m2: { running: false }, m3: { running: false } }, null))).toBe(-1);
});
