import { describe, expect, test } from "vitest";
import { intent, journal } from "../../test/support/synthetic-run.ts";
import type { RunEvent } from "../core/event.ts";
import type { Op } from "../core/op.ts";
import type { ClusterView, MemberView } from "../core/view.ts";
import { openIntents, uncleanedIntents, undoProblems } from "./undo.ts";

const up: MemberView = {
  name: "m1",
  id: "1",
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
  raftIndex: 1,
  revision: 1,
  dbSizeBytes: 1,
  version: "3.6.0",
  alarms: [],
};
const link = { from: "m1", to: "m2", cut: false, delayMs: 0, jitterMs: 0, rateBytes: 0, carriedBytes: 0, blocked: 0, heldMs: null };
const view = (member: Partial<MemberView>, cut = false): ClusterView => ({
  clusterId: "c",
  leader: "m1",
  members: [{ ...up, ...member }],
  links: [{ ...link, cut }],
});

describe("undo is verified by looking", () => {
  const start: readonly Op[] = [{ op: "member.start", member: "m1" }];
  test("a member that runs and answers is back", () => expect(undoProblems(start, view({}), [])).toEqual([]));
  test.each([
    ["down", { running: false, answers: false }],
    ["paused", { paused: true, answers: false }],
    ["not answering", { answers: false }],
  ] as const)("one that is %s is not", (word, state) => expect(undoProblems(start, view(state), [])).toEqual([`member m1 is ${word}`]));
  test("the last of several operations on a member counts", () =>
    expect(
      undoProblems([...start, { op: "member.stop", member: "m1", how: "term" }], view({ running: false, answers: false }), []),
    ).toEqual([]));
  test("a link that is still cut is seen", () => {
    const heal: readonly Op[] = [{ op: "links.set", links: [{ from: "m1", to: "m2", cut: false, delayMs: 0, jitterMs: 0, rateBytes: 0 }] }];
    expect(undoProblems(heal, view({}, true), [])).toEqual(["link m1→m2 is not as it was"]);
    expect(undoProblems(heal, view({}), [])).toEqual([]);
  });
  test("data that is still set aside is seen", () => {
    const back: readonly Op[] = [{ op: "data.bringBack", member: "m1", tag: "fd-a-1" }];
    expect(undoProblems(back, view({}), [{ kind: "data-aside", what: "data of m1 set aside as fd-a-1", fix: [] }])).toEqual([
      "data of m1 is still set aside",
    ]);
    expect(undoProblems(back, view({}), [{ kind: "data-aside", what: "data of m1 set aside as fd-b-1", fix: [] }])).toEqual([]);
  });
  test("an alarm that is still raised is seen", () =>
    expect(undoProblems([{ op: "etcd.disarm", alarm: "NOSPACE" }], view({ alarms: ["NOSPACE"] }), [])).toEqual([
      "alarm NOSPACE is still raised",
    ]));
});

describe("what a journal says is still in", () => {
  const events = (...bodies: readonly Parameters<typeof journal>[0][number][1][]): readonly RunEvent[] =>
    journal(
      bodies.map((body, at) => [at, body]),
      false,
    );
  const one = { type: "step.intent", data: intent("s1", "one") } as const;
  const two = { type: "step.intent", data: intent("s2", "two", { cleanup: [{ op: "snapshot.remove", file: "/f" }] }) } as const;

  test("an intent alone is enough, and the last comes first", () =>
    expect(openIntents(events(one, two)).map(({ step }) => step)).toEqual(["s2", "s1"]));
  test("a verified undo closes it, an unverified one does not", () => {
    const undone = (verified: boolean) => ({ type: "step.undone", data: { step: "s1", verified, because: "", startedAtMs: 0 } }) as const;
    expect(openIntents(events(one, undone(true)))).toEqual([]);
    expect(openIntents(events(one, undone(false))).map(({ step }) => step)).toEqual(["s1"]);
  });
  test("a settled step needs its cleanup, until it is cleaned", () => {
    const settled = { type: "step.settled", data: { step: "s2" } } as const;
    expect(openIntents(events(two, settled))).toEqual([]);
    expect(uncleanedIntents(events(two, settled)).map(({ step }) => step)).toEqual(["s2"]);
    expect(uncleanedIntents(events(two, settled, { type: "step.cleaned", data: { step: "s2" } }))).toEqual([]);
  });
});
