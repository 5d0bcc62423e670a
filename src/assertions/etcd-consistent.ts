import { z } from "zod";
import { defineAssertion, type Finding } from "../core/assertion.ts";
import type { EtcdReader } from "../core/target.ts";
import { DeadlineError, deadline, sleep } from "../util/clock.ts";
import { listedVoters } from "./standing.ts";

/** How long members may take to reach the revision that is compared: followers apply what is committed within a heartbeat (100 ms) or so. */
const CATCH_UP_MS = 3000;
const RETRY_EVERY_MS = 100;

/** All members hold the same data. */
export const etcdConsistent = defineAssertion({
  id: "etcd-consistent",
  title: "etcd's members agree",
  summary: "HashKV of every voting member at one revision is the same, with the same history compacted away.",
  needs: ["etcd"],
  params: z.strictObject({}),
  check: async ({ target, signal }) => {
    const listed = listedVoters(await target.look(signal));
    if (listed.length === 0) return { ok: false, observed: "there is no voting member" };
    const silent = listed.filter((member) => !member.answers).map((member) => member.name);
    if (silent.length > 0) return { ok: false, observed: `cannot be compared, because it does not answer: ${silent.join(", ")}` };
    const voters = listed.map((member) => member.name);
    const revision = await target.etcd.revision(signal);
    using limit = deadline("catching up", CATCH_UP_MS, signal);
    let finding: Finding = { ok: false, observed: "not compared" };
    try {
      for (;;) {
        const { comparable, ...seen } = await compare(target.etcd, voters, revision, limit.signal);
        finding = seen;
        // What differs at one revision differs for good; only members that are behind deserve another look.
        if (comparable) return finding;
        await sleep(RETRY_EVERY_MS, limit.signal);
      }
    } catch (error) {
      if (signal.aborted || !(error instanceof DeadlineError)) throw error;
      return finding;
    }
  },
});

interface Comparison extends Finding {
  readonly comparable: boolean;
}

async function compare(etcd: EtcdReader, members: readonly string[], revision: number, signal: AbortSignal): Promise<Comparison> {
  const seen = await Promise.all(
    members.map(async (member) => ({ member, found: await etcd.hashKV(member, revision, signal).catch(() => undefined) })),
  );
  signal.throwIfAborted();
  const silent = seen.filter(({ found }) => found === undefined).map(({ member }) => member);
  if (silent.length > 0) {
    return {
      comparable: false,
      ok: false,
      observed: `${silent.join(", ")} cannot be compared at revision ${revision}: down, or not that far yet`,
    };
  }
  const told = seen.map(({ member, found }) => `${member} ${found?.hash} (compacted to ${found?.compactRevision})`).join(", ");
  const hashes = new Set(seen.map(({ found }) => found?.hash));
  const compacted = new Set(seen.map(({ found }) => found?.compactRevision));
  if (compacted.size > 1)
    return { comparable: false, ok: false, observed: `compacted to different revisions, so not comparable yet: ${told}` };
  if (hashes.size > 1) return { comparable: true, ok: false, observed: `the members differ at revision ${revision}: ${told}` };
  return {
    comparable: true,
    ok: true,
    observed: `${members.length} members have the same hash ${seen[0]?.found?.hash} at revision ${revision}`,
  };
}
