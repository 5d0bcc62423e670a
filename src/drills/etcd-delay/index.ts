import { z } from "zod";
import { defineDrill } from "../../core/drill.ts";
import { duration, memberSelector, size } from "../../core/fields.ts";
import { linkName, linksBetween, linkViews, sidesOf } from "../shared/links.ts";
import { own } from "../shared/own.ts";
import { pickUp } from "../shared/pick.ts";
import { namesOf } from "../shared/processes.ts";

type Seen = { readonly [link: string]: { readonly delayMs: number; readonly heldMs: number | null } };

/** Share of the asked delay that must be seen in the relay: a median over two seconds still holds chunks from before the change. */
const SEEN_SHARE = 0.5;

/** Slows the peer network between some members and the rest. */
export const etcdDelay = defineDrill({
  id: "etcd-delay",
  title: "Slow the network between etcd members",
  summary:
    "Holds every chunk on the peer links of the picked members for a while. Commits wait for the slow path when it is part of quorum, and elections start when heartbeats come too late; shows how near to that the cluster runs.",
  needs: ["etcd", "peerNetwork"],
  blastRadius: "none",
  params: z.strictObject({
    between: memberSelector().default("leader").describe("Whose links to all other members are slowed: a role, or a member's name."),
    delay: duration().prefault("100ms").describe("How long each chunk is held, each way."),
    jitter: duration().prefault("0ms").describe("The delay varies by up to this much more or less; never by more than the delay itself."),
    rate: size().optional().describe("Bytes a second that pass at most; unlimited when absent."),
  }),
  effect: "The median time a chunk spends in the relay rose to at least half the delay on every slowed link that carries traffic.",
  undoes: "Sets every slowed link to the delay, jitter and rate it had before.",
  proveAfter: "break",
  prepare: async (context, { between }) => {
    const view = await context.target.look(context.signal);
    const sides = sidesOf(view, namesOf(pickUp(view, between, context.random)));
    return { ...sides, links: linksBetween(view, sides) };
  },
  plan: (state, { delay, jitter, rate }) => ({
    breaks: [
      {
        op: "links.set",
        links: state.links.map((link) => ({
          ...link,
          delayMs: delay,
          jitterMs: Math.min(jitter, delay),
          rateBytes: rate ?? link.rateBytes,
        })),
      },
    ],
    recovers: [],
    undo: [{ op: "links.set", links: [...state.links] }],
    cleanup: [],
    membersDown: [],
  }),
  fingerprint: async (context, state): Promise<Seen> => {
    const view = await context.target.look(context.signal);
    return Object.fromEntries(linkViews(view, state.links).map((link) => [linkName(link), { delayMs: link.delayMs, heldMs: link.heldMs }]));
  },
  prove: (before, after, state, _evidence, { delay }) => {
    const was = own<Seen>(before);
    const is = own<Seen>(after);
    const wanted = delay * SEEN_SHARE;
    const carrying = state.links.map(linkName).filter((name) => typeof is[name]?.heldMs === "number");
    if (carrying.length === 0) return { proved: false, because: "no traffic on the slowed links, so no delay was seen" };
    const fast = carrying.filter((name) => (is[name]?.heldMs ?? 0) < wanted);
    const told = carrying
      .map((name) => `${name} ${Math.round(was[name]?.heldMs ?? 0)} to ${Math.round(is[name]?.heldMs ?? 0)} ms`)
      .join(", ");
    if (fast.length > 0) return { proved: false, because: `held for less than ${wanted} ms: ${told}` };
    const unchanged = carrying.every((name) => was[name]?.delayMs === is[name]?.delayMs);
    if (unchanged) return { proved: false, because: `the links had this delay before: ${told}` };
    return { proved: true, because: `chunks are held: ${told}` };
  },
});
