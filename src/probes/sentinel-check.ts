import { errorLine } from "../core/errors.ts";
import type { SentinelCheck, SentinelWrite } from "../core/event.ts";
import type { EtcdReader } from "../core/target.ts";
import { compareSentinel } from "./compare-sentinel.ts";

/** Revisions move and compactions happen while members are hashed one after another; a second look settles it. */
const HASH_ATTEMPTS = 3;

interface Hashes {
  readonly hashes: Readonly<Record<string, string>>;
  readonly agree: boolean;
  readonly problem: string | null;
}

/** Reads the sentinel's keys through quorum, compares them with what was acknowledged, and hashes every member at one revision. */
export async function checkSentinel(
  options: {
    readonly etcd: EtcdReader;
    /** Voters that answer. */
    readonly members: readonly string[];
    readonly prefix: string;
    readonly writes: readonly SentinelWrite[];
    readonly everyMs: number;
  },
  signal: AbortSignal,
): Promise<SentinelCheck> {
  try {
    const { revision, kvs } = await options.etcd.range(options.prefix, signal);
    const comparison = compareSentinel({ ...options, kvs, revisionNow: revision });
    const { hashes, agree, problem } = await hashMembers(options.etcd, options.members, signal);
    return { ...comparison, complete: problem === null, problem, hashes, hashesAgree: agree };
  } catch (error) {
    signal.throwIfAborted();
    const comparison = compareSentinel({ ...options, kvs: [], revisionNow: 0 });
    // Nothing was read, so nothing can be called lost.
    const unknown = { lost: 0, lostExamples: [], lostMs: 0, mismatched: 0, landed: 0, wentBackwards: false };
    return { ...comparison, ...unknown, complete: false, problem: errorLine(error), hashes: {}, hashesAgree: false };
  }
}

async function hashMembers(etcd: EtcdReader, members: readonly string[], signal: AbortSignal): Promise<Hashes> {
  let last: Hashes = { hashes: {}, agree: false, problem: "no member was hashed" };
  for (let attempt = 0; attempt < HASH_ATTEMPTS; attempt++) {
    try {
      const revision = await etcd.revision(signal);
      const seen: (readonly [string, { readonly hash: string; readonly compactRevision: number }])[] = [];
      for (const member of members) {
        // A linearizable read through the member itself: afterwards it has applied at least this revision.
        await etcd.get("/firedrill/", { member }, signal);
        seen.push([member, await etcd.hashKV(member, revision, signal)]);
      }
      const hashes = Object.fromEntries(seen.map(([member, { hash }]) => [member, hash]));
      const compactions = new Set(seen.map(([, { compactRevision }]) => compactRevision));
      // Hashes leave out what is compacted away: they can only be compared at equal compaction.
      if (compactions.size <= 1) return { hashes, agree: new Set(Object.values(hashes)).size <= 1, problem: null };
      last = { hashes, agree: false, problem: "the members are compacted to different revisions, so that their hashes cannot be compared" };
    } catch (error) {
      signal.throwIfAborted();
      last = { hashes: {}, agree: false, problem: errorLine(error) };
    }
  }
  return last;
}
