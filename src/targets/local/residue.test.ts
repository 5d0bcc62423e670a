import { expect, test } from "vitest";
import type { DeadManState } from "../../core/target.ts";
import type { ClusterView, LinkView, MemberView } from "../../core/view.ts";
import type { SupervisorStatus } from "./control-protocol.ts";
import type { MemberState } from "./member-process.ts";
import { residueOf } from "./residue.ts";

const member = (name: string, change: Partial<MemberView & MemberState> = {}): MemberView & MemberState => ({
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
  term: 1,
  raftIndex: 1,
  revision: 1,
  dbSizeBytes: 1,
  version: "3.6.16",
  alarms: [],
  desired: "up",
  exit: null,
  ...change,
});
const link = (change: Partial<LinkView>): LinkView => ({
  from: "m1",
  to: "m2",
  cut: false,
  delayMs: 0,
  jitterMs: 0,
  rateBytes: 0,
  carriedBytes: 0,
  blocked: 0,
  heldMs: null,
  ...change,
});
function residue(seen: {
  members?: readonly (MemberView & MemberState)[];
  links?: readonly LinkView[];
  deadMen?: readonly DeadManState[];
  asides?: readonly { member: string; tag: string; path: string }[];
  keys?: readonly { prefix: string; count: number }[];
  ignoreTags?: readonly string[];
}) {
  const { members = [member("m1"), member("m2")], links = [], deadMen = [], asides = [], keys = [], ignoreTags = [] } = seen;
  const view: ClusterView = { clusterId: "c", leader: "m1", members, links };
  const processes: SupervisorStatus = { pid: 1, startTime: "1", members, links, deadMen };
  return residueOf({ view, processes, asides, keys, ignoreTags });
}
const deadMan = (state: DeadManState["state"]): DeadManState => ({
  id: "abc/2-kill",
  afterMs: 1,
  ops: [{ op: "member.start", member: "m1" }],
  state,
  detail: "why",
});

test("a clean target has none", () => {
  expect(residue({ links: [link({})] })).toEqual([]);
});

test("a member that is down, and why if it ended by itself", () => {
  const exit = { code: null, signal: "SIGSEGV", at: "now" };
  expect(residue({ members: [member("m1", { running: false, desired: "up", exit })] })).toEqual([
    { kind: "member-down", what: "m1 is down; it ended by itself (SIGSEGV) at now", fix: [{ op: "member.start", member: "m1" }] },
  ]);
});

test("a paused member is resumed", () => {
  expect(residue({ members: [member("m1", { paused: true })] })).toMatchObject([{ kind: "member-paused", fix: [{ op: "member.resume" }] }]);
});

test("links that are cut or slow are set clear", () => {
  expect(residue({ links: [link({ cut: true }), link({ from: "m2", to: "m1", rateBytes: 5 })] })).toMatchObject([
    { kind: "link-cut", fix: [{ op: "links.set", links: [{ from: "m1", to: "m2", cut: false }] }] },
    { kind: "link-slow", fix: [{ op: "links.set", links: [{ from: "m2", to: "m1", rateBytes: 0 }] }] },
  ]);
});

test("what was set aside comes back to a member that is down, and goes from one that runs; both names are said", () => {
  const aside = { member: "m1", tag: "fd-abc-2-kill", path: "/x/data.fd-abc-2-kill" };
  expect(residue({ asides: [aside] })).toEqual([
    {
      kind: "data-aside",
      what: "data of m1 set aside as fd-abc-2-kill: /x/data.fd-abc-2-kill",
      fix: [{ op: "data.discardAside", member: "m1", tag: aside.tag }],
    },
  ]);
  const [first] = residue({ asides: [aside], members: [member("m1", { running: false })] });
  expect(first?.fix.map(({ op }) => op)).toEqual(["data.bringBack", "member.start"]);
});

test("what a run in progress still needs is left out: its step's data, timer and keys, and nobody else's", () => {
  const seen = {
    asides: [
      { member: "m1", tag: "fd-abc-2-kill", path: "/a" },
      { member: "m1", tag: "fd-abc-2-kill-x", path: "/b" },
      { member: "m1", tag: "fd-other-1", path: "/c" },
    ],
    deadMen: [deadMan("armed")],
    keys: [
      { prefix: "/firedrill/abc/", count: 2 },
      { prefix: "/firedrill/ab/", count: 1 },
    ],
  };
  expect(residue(seen)).toHaveLength(6);
  expect(residue({ ...seen, ignoreTags: ["fd-abc-2-kill"] }).map(({ what }) => what)).toEqual([
    "data of m1 set aside as fd-other-1: /c",
    "1 keys of a drill under /firedrill/ab/",
  ]);
});

test("a timer that is armed or failed is left over; one that put everything back is not", () => {
  expect(residue({ deadMen: [deadMan("fired")] })).toEqual([]);
  expect(residue({ deadMen: [deadMan("armed"), deadMan("failed")] })).toMatchObject([
    { kind: "dead-man", fix: [{ op: "member.start" }] },
    { kind: "dead-man", fix: [{ op: "member.start" }] },
  ]);
});

test("a full member is emptied, compacted, defragmented and disarmed; a corrupt one is for a person", () => {
  const found = residue({ members: [member("m1", { alarms: ["NOSPACE", "CORRUPT"] }), member("m2", { learner: true })] });
  expect(found.map(({ kind, fix }) => [kind, fix.map(({ op }) => op)])).toEqual([
    ["learner", ["etcd.memberPromote"]],
    ["alarm", ["etcd.deletePrefix", "etcd.compact", "etcd.defrag", "etcd.defrag", "etcd.disarm"]],
    ["alarm", []],
  ]);
});
