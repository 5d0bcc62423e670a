import type { EtcdReader } from "../../core/target.ts";

export type Hashes = {
  readonly revision: number;
  /** By member; a member that cannot be asked is missing. */
  readonly hashes: { readonly [member: string]: string };
  readonly compactRevisions: { readonly [member: string]: number };
};

/** HashKV of each member at the cluster's current revision: equal hashes at one revision mean equal key spaces. */
export async function hashesAt(etcd: EtcdReader, members: readonly string[], signal: AbortSignal): Promise<Hashes> {
  const revision = await etcd.revision(signal);
  const seen = await Promise.all(
    members.map(async (member) => {
      try {
        return { member, ...(await etcd.hashKV(member, revision, signal)) };
      } catch {
        // Down, or not yet at this revision: the caller tells from its absence.
        signal.throwIfAborted();
        return undefined;
      }
    }),
  );
  const found = seen.filter((one) => one !== undefined);
  return {
    revision,
    hashes: Object.fromEntries(found.map((one) => [one.member, one.hash])),
    compactRevisions: Object.fromEntries(found.map((one) => [one.member, one.compactRevision])),
  };
}
