// What is under a prefix, as one number and one digest, so that two moments can be compared.
import type { EtcdReader } from "../core/target.ts";
import { sha256 } from "../util/digest.ts";
import { isObject, type Json } from "../util/json.ts";

/** Everything Firedrill writes is under it; it never counts as yours. */
const OWN_PREFIX = "/firedrill/";

export type Keyspace = {
  readonly keys: number;
  /** SHA-256 chained over every key and value in key order; Firedrill's own keys left out. */
  readonly digest: string;
};

/** Reads everything under a prefix at one revision. */
export async function readKeyspace(etcd: EtcdReader, prefix: string, signal: AbortSignal): Promise<Keyspace> {
  const { kvs } = await etcd.range(prefix, signal);
  const yours = kvs.filter(({ key }) => !key.startsWith(OWN_PREFIX));
  // Chained, so that a large key space is never one string; as JSON, so that "a" + "bc" and "ab" + "c" differ.
  return { keys: yours.length, digest: yours.reduce((digest, { key, value }) => sha256(digest + JSON.stringify([key, value])), "") };
}

/** A key space read earlier and kept as JSON; undefined when it is none. */
export function asKeyspace(kept: Json | undefined): Keyspace | undefined {
  if (!isObject(kept)) return undefined;
  const { keys, digest } = kept;
  return typeof keys === "number" && typeof digest === "string" ? { keys, digest } : undefined;
}
