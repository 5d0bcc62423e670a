/** One etcd member as seen from outside just now: its process, its ports, and what it says of itself. */
export interface MemberView {
  readonly name: string;
  /** Member id as hex, from the member list; null when it is in no member list that can be read. */
  readonly id: string | null;
  readonly clientUrl: string;
  readonly peerUrl: string;
  readonly running: boolean;
  readonly paused: boolean;
  readonly pid: number | null;
  /** Field 22 of /proc/PID/stat: with the pid, the process's identity. */
  readonly startTime: string | null;
  /** Answered a status call within its deadline. */
  readonly answers: boolean;
  readonly learner: boolean;
  /** Name of the member this one believes to lead; null when it knows none or does not answer. */
  readonly believesLeader: string | null;
  readonly term: number | null;
  readonly raftIndex: number | null;
  readonly revision: number | null;
  readonly dbSizeBytes: number | null;
  readonly version: string | null;
  /** Alarms raised for this member, e.g. NOSPACE, CORRUPT. */
  readonly alarms: readonly string[];
}

/** One directed peer link a→b through its relay. */
export interface LinkView {
  readonly from: string;
  readonly to: string;
  readonly cut: boolean;
  readonly delayMs: number;
  readonly jitterMs: number;
  /** Bytes a second; 0 is unlimited. */
  readonly rateBytes: number;
  /** Bytes carried since the relay started. */
  readonly carriedBytes: number;
  /** Chunks and connection attempts held back by a cut since the relay started. */
  readonly blocked: number;
  /** Median time a chunk spent in the relay over the last two seconds; null without traffic. */
  readonly heldMs: number | null;
}

export interface ClusterView {
  readonly clusterId: string | null;
  /** The leader that a quorum of answering voters agrees on. */
  readonly leader: string | null;
  readonly members: readonly MemberView[];
  readonly links: readonly LinkView[];
}

/** Member by name, or undefined. */
export function memberOf(view: ClusterView, name: string): MemberView | undefined {
  return view.members.find((member) => member.name === name);
}

/** What a process is recognised by: pid and start time, "down" when there is none. */
export function processIdentity(member: MemberView | undefined): string {
  return member === undefined || member.pid === null ? "down" : `${member.pid}@${member.startTime ?? "?"}`;
}

/**
 * Raft entries a voter may be behind the furthest and still count as caught up. Members are asked at slightly different moments, so
 * under load some hundred entries apart is normal; etcd's leader keeps 5000 entries for slow followers
 * (DefaultSnapshotCatchUpEntries), beyond which one needs a whole snapshot.
 */
export const CAUGHT_UP_ENTRIES = 1000;
