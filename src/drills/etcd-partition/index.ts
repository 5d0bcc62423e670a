import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { memberSelector } from "../../core/fields.ts";
import { quorumOf } from "../../core/selector.ts";
import { type LinkView, memberOf } from "../../core/view.ts";
import { sleep } from "../../util/clock.ts";
import { linkName, linksBetween, linkViews, sidesOf } from "../shared/links.ts";
import { own } from "../shared/own.ts";
import { isUp, pickUp, votersOf } from "../shared/pick.ts";
import { namesOf } from "../shared/processes.ts";

type Seen = {
  readonly leader: string | null;
  readonly cut: readonly string[];
  /** Chunks and connection attempts held back on these links, ever. */
  readonly blocked: number;
  /** What all these links carried during the fingerprint itself. */
  readonly movedBytes: number;
  readonly losing: { readonly [member: string]: { readonly answers: boolean; readonly believesLeader: string | null } };
};

/** How long the links are watched for a fingerprint: a leader sends heartbeats every 100 ms by default. */
const WATCHED_MS = 350;

/** Cuts the peer network between some members and the rest; clients still reach both sides. */
export const etcdPartition = defineDrill({
  id: "etcd-partition",
  title: "Cut etcd members off from each other",
  summary:
    "Drops all peer traffic between the picked members and the rest, both ways, while every process runs and clients reach them all. The side without quorum must stop serving; shows that it does, and that nothing it promised is lost.",
  needs: ["etcd", "peerNetwork"],
  blastRadius: "minority",
  params: z.strictObject({
    isolate: memberSelector().default("leader").describe("Who is cut off from the rest: a role, or a member's name."),
  }),
  effect:
    "Nothing passes on the cut links any more, and the members on the side without quorum know no leader any more while the other side has one.",
  undoes: "Sets every link between the two sides to the state it had before.",
  proveAfter: "break",
  prepare: async (context, { isolate }) => {
    const view = await context.target.look(context.signal);
    const sides = sidesOf(view, namesOf(pickUp(view, isolate, context.random)));
    const voters = votersOf(view);
    const keeps = (side: readonly string[]): boolean =>
      voters.filter((member) => isUp(member) && side.includes(member.name)).length >= quorumOf(voters.length);
    // Whoever cannot reach a quorum is without service; with neither side large enough, everybody is.
    const losing = [...(keeps(sides.picked) ? [] : sides.picked), ...(keeps(sides.rest) ? [] : sides.rest)];
    const up = losing.filter((name) => view.members.some((member) => member.name === name && isUp(member)));
    return { ...sides, links: linksBetween(view, sides), losing: up.toSorted(), someKeep: losing.length < view.members.length };
  },
  plan: (state) => ({
    breaks: [{ op: "links.set", links: state.links.map((link) => ({ ...link, cut: true })) }],
    recovers: [],
    undo: [{ op: "links.set", links: [...state.links] }],
    cleanup: [],
    membersDown: state.losing,
  }),
  fingerprint: async (context, state): Promise<Seen> => {
    const first = linkViews(await context.target.look(context.signal), state.links);
    await sleep(WATCHED_MS, context.signal);
    const view = await context.target.look(context.signal);
    const links = linkViews(view, state.links);
    return {
      leader: view.leader,
      cut: links.filter((link) => link.cut).map(linkName),
      blocked: sum(links, (link) => link.blocked),
      movedBytes: sum(links, (link) => link.carriedBytes) - sum(first, (link) => link.carriedBytes),
      losing: Object.fromEntries(
        state.losing.map((name) => {
          const member = memberOf(view, name);
          return [name, { answers: member?.answers ?? false, believesLeader: member?.believesLeader ?? null }];
        }),
      ),
    };
  },
  prove: (before, after, state) => {
    const was = own<Seen>(before);
    const is = own<Seen>(after);
    const open = state.links.map(linkName).filter((name) => !is.cut.includes(name));
    if (open.length > 0) return { proved: false, because: `not cut: ${open.join(", ")}` };
    if (is.movedBytes > 0) return { proved: false, because: `the cut links still carried ${is.movedBytes} bytes in ${WATCHED_MS} ms` };
    const silent = state.losing.filter((name) => is.losing[name]?.answers !== true);
    if (silent.length > 0)
      return { proved: false, because: `${silent.join(", ")} does not answer clients, so it is down rather than cut off` };
    const led = state.losing.filter((name) => is.losing[name]?.believesLeader !== null);
    if (led.length > 0)
      return { proved: false, because: led.map((name) => `${name} still follows ${is.losing[name]?.believesLeader}`).join(", ") };
    if (state.someKeep && is.leader === null) return { proved: false, because: "the side with quorum has no leader yet" };
    return {
      proved: true,
      because: `${state.links.length} links cut: nothing passed in ${WATCHED_MS} ms (before: ${was.movedBytes} bytes), ${is.blocked - was.blocked} chunks or connections held back; ${state.losing.join(", ")} without a leader, leader ${was.leader ?? "none"} to ${is.leader ?? "none"}`,
    };
  },
});

function sum(links: readonly LinkView[], value: (link: LinkView) => number): number {
  return links.reduce((total, link) => total + value(link), 0);
}
