import { FiredrillError } from "../../core/errors.ts";
import type { EtcdReader } from "../../core/target.ts";
import { monoMs } from "../../util/clock.ts";
import { randomHex } from "../../util/random.ts";
import type { EtcdClients, MemberClient } from "./etcd-client.ts";
import { metricValue } from "./etcd-metrics.ts";

/** Longest wait for one member before the next is asked. Above two default election time-outs (1 s), so that an election is sat out. */
const READ_DEADLINE_MS = 2500;
/** Hashing reads the whole key space of a member; etcd allows at most 8 GiB, usually far less. */
const HASH_DEADLINE_MS = 15_000;
const PAGE_KEYS = 1000;

/** etcd as a client sees it, through whichever member answers; the one that answered last is asked first. */
export function etcdReader(clients: EtcdClients): EtcdReader {
  let preferred = clients.names[0];

  const anyMember = async <T>(signal: AbortSignal, call: (member: MemberClient) => Promise<T>): Promise<T> => {
    let lastError: unknown = new FiredrillError("TARGET_UNREACHABLE", "there is no etcd member to ask");
    const order = [preferred, ...clients.names.filter((name) => name !== preferred)];
    for (const name of order) {
      signal.throwIfAborted();
      if (name === undefined) continue;
      try {
        const answer = await call(clients.of(name));
        preferred = name;
        return answer;
      } catch (error) {
        lastError = error;
      }
    }
    throw lastError;
  };

  return {
    hashKV: async (member, revision, signal) => {
      signal.throwIfAborted();
      const client = clients.of(member);
      // An explicit revision even for "newest": the answer does not say which revision 0 stood for.
      const at = revision === 0 ? (await client.status(READ_DEADLINE_MS)).revision : revision;
      return client.hashKV(at, HASH_DEADLINE_MS);
    },
    get: async (key, options, signal) => {
      signal.throwIfAborted();
      const read = (client: MemberClient) => client.get(key, { serializable: options.serializable === true }, READ_DEADLINE_MS);
      const found = options.member === undefined ? await anyMember(signal, read) : await read(clients.of(options.member));
      return found === null ? null : { value: found.value, modRevision: found.modRevision };
    },
    range: async (prefix, signal) => {
      const kvs: { key: string; value: string; modRevision: number }[] = [];
      let revision = 0;
      let fromKey: Uint8Array | null | undefined;
      while (fromKey !== null) {
        const options = { limit: PAGE_KEYS, revision, ...(fromKey === undefined ? {} : { fromKey }) };
        const page = await anyMember(signal, (client) => client.rangePage(prefix, options, READ_DEADLINE_MS));
        kvs.push(...page.kvs);
        if (revision === 0) revision = page.revision;
        fromKey = page.nextKey;
      }
      return { revision, kvs };
    },
    revision: async (signal) => (await anyMember(signal, (client) => client.count("/firedrill/", READ_DEADLINE_MS))).revision,
    count: async (prefix, signal) => (await anyMember(signal, (client) => client.count(prefix, READ_DEADLINE_MS))).count,
    canary: async (signal) => {
      const key = `/firedrill/canary/${randomHex(8)}`;
      const startedMs = monoMs();
      await anyMember(signal, (client) => client.put(key, "canary", READ_DEADLINE_MS));
      const tookMs = monoMs() - startedMs;
      await anyMember(signal, (client) => client.deletePrefix(key, READ_DEADLINE_MS));
      return tookMs;
    },
    quotaBytes: async (member, signal) => {
      signal.throwIfAborted();
      const value = metricValue(await clients.of(member).metrics(READ_DEADLINE_MS), "etcd_server_quota_backend_bytes");
      // etcd reports 0 while it has not set a quota up.
      return value === undefined || value <= 0 ? null : value;
    },
  };
}
