import { z } from "zod";
import { defineAssertion } from "../core/assertion.ts";
import { duration } from "../core/fields.ts";
import type { ClusterView } from "../core/view.ts";
import { monoMs, sleep } from "../util/clock.ts";
import { formatDuration } from "../util/duration.ts";

/** Pause between two looks: shorter than etcd's default election time-out of 1 s, so that no election falls between them. */
const LOOK_EVERY_MS = 250;

/** Nobody campaigns. */
export const etcdLeaderStable = defineAssertion({
  id: "etcd-leader-stable",
  title: "etcd's leader stays",
  summary: "Looks four times a second for a while: leader and raft term stay the same throughout.",
  needs: ["etcd"],
  params: z.strictObject({
    for: duration().prefault("3s").describe("How long leader and term must not change."),
  }),
  check: async ({ target, signal }, { for: windowMs }) => {
    const startedMs = monoMs();
    const first = await target.look(signal);
    const term = highestTerm(first);
    if (first.leader === null) return { ok: false, observed: "no leader that a quorum agrees on" };
    let looks = 1;
    while (monoMs() - startedMs < windowMs) {
      await sleep(LOOK_EVERY_MS, signal);
      const view = await target.look(signal);
      looks += 1;
      const now = highestTerm(view);
      if (view.leader !== first.leader || now !== term) {
        return {
          ok: false,
          observed: `leader ${first.leader} to ${view.leader ?? "none"}, term ${term} to ${now} within ${formatDuration(monoMs() - startedMs)}`,
        };
      }
    }
    return { ok: true, observed: `${first.leader} led in term ${term} throughout ${formatDuration(windowMs)}, seen ${looks} times` };
  },
});

function highestTerm(view: ClusterView): number {
  return Math.max(0, ...view.members.map((member) => member.term ?? 0));
}
