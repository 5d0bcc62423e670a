// The sentinel writer: numbered writes, each sent once, so that afterwards it can be said which acknowledged ones are gone.
import type { SentinelWrite } from "../core/event.ts";
import { WRITE, type WriteCode } from "../core/probe.ts";
import { sentinelKey, sentinelValue, tenths } from "./protocol.ts";

export interface SentinelOptions {
  readonly prefix: string;
  readonly members: readonly string[];
  /** One attempt at one member, ended by its own deadline. */
  readonly put: (member: string, key: string, value: string) => Promise<{ readonly revision: number }>;
  readonly classify: (error: unknown) => WriteCode;
  /** ms since the run's start. */
  readonly nowMs: () => number;
  readonly report: (write: SentinelWrite) => void;
}

export interface Sentinel {
  /** Sends the next write. Reports when its outcome is known; never rejects. */
  readonly write: () => Promise<void>;
  /** The member that the next write goes to. */
  readonly member: () => string;
}

/** Writes go to one member until one fails there, then to the next. Nothing is sent twice. */
export function sentinelWriter(options: SentinelOptions): Sentinel {
  const { members } = options;
  let seq = 0;
  let current = 0;
  const member = (): string => members[current % members.length] ?? "";
  return {
    member,
    write: async () => {
      seq += 1;
      const mine = seq;
      const to = current;
      const sentMs = tenths(options.nowMs());
      let code: WriteCode = WRITE.acked;
      let revision = 0;
      try {
        revision = (await options.put(member(), sentinelKey(options.prefix, mine), sentinelValue(mine, sentMs))).revision;
      } catch (error) {
        code = options.classify(error);
        // Many writes may be in flight at a member that stopped answering: only the first failure moves on.
        if (current === to) current += 1;
      }
      options.report([mine, code, revision, sentMs, tenths(options.nowMs())]);
    },
  };
}
