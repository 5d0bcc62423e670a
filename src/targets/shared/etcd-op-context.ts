// What etcd operations share: who answers, who leads, and how long to keep trying.
import { errorLine, FiredrillError } from "../../core/errors.ts";
import type { Op } from "../../core/op.ts";
import type { ClusterView } from "../../core/view.ts";
import { deadline, sleep } from "../../util/clock.ts";
import type { Json } from "../../util/json.ts";
import type { EtcdClients, EtcdMember, MemberClient, MemberStatus } from "./etcd-client.ts";
import { EtcdCallError, GRPC } from "./etcd-errors.ts";

export interface EtcdOpContext {
  readonly clients: EtcdClients;
  readonly look: (signal: AbortSignal) => Promise<ClusterView>;
  readonly peerUrl: (member: string) => string;
  /** Carries out the process and data operations that a reinstatement consists of. */
  readonly perform: (op: Op, signal: AbortSignal) => Promise<Json>;
}

/** Longest wait for one status answer: a member that does not answer is data. */
export const STATUS_DEADLINE_MS = 800;
/** Longest wait for one call that goes through raft: etcd's own limit is 7 s (5 s + 2 × election time-out). */
export const CALL_DEADLINE_MS = 8000;
/** Longest time one operation keeps trying, whatever its caller allows. */
const OP_BUDGET_MS = 120_000;
const RETRY_EVERY_MS = 100;

export interface Standing {
  readonly name: string;
  readonly client: MemberClient;
  /** null: no answer. */
  readonly status: MemberStatus | null;
}

/** Every member's status at once. */
export async function standings(context: EtcdOpContext): Promise<readonly Standing[]> {
  return Promise.all(
    context.clients.names.map(async (name) => {
      const client = context.clients.of(name);
      const status = await client.status(STATUS_DEADLINE_MS).catch(() => null);
      return { name, client, status };
    }),
  );
}

/** The leader's client, found by asking everybody; throws, to be retried, while there is none that answers. */
export async function leaderOf(context: EtcdOpContext): Promise<Standing & { readonly status: MemberStatus }> {
  const all = await standings(context);
  for (const { name, client, status } of all) {
    if (status !== null && status.leaderId === status.memberId) return { name, client, status };
  }
  const answering = all.filter((each) => each.status !== null).map((each) => each.name);
  throw new EtcdCallError(
    "Status",
    context.clients.names.join(", "),
    GRPC.unavailable,
    answering.length === 0 ? "no member answers" : `no leader is known; ${answering.join(", ")} answer`,
  );
}

/** The entry of a member in the leader's list. One that never started has no name there, and is known by its peer URL. */
export async function entryOf(
  context: EtcdOpContext,
  member: string,
): Promise<{ readonly leader: MemberClient; readonly entry: EtcdMember | undefined; readonly members: readonly EtcdMember[] }> {
  const leader = (await leaderOf(context)).client;
  const { members } = await leader.memberList(STATUS_DEADLINE_MS);
  const url = context.peerUrl(member);
  const entry = members.find((each) => each.name === member || (each.name === "" && each.peerUrls.includes(url)));
  return { leader, entry, members };
}

/**
 * Tries until `attempt` gives a value other than undefined. Errors that pass by themselves (no leader yet, a member that is starting,
 * a learner that is not in sync) are tried again until the signal or the budget ends it; every other error ends it at once.
 */
export async function retrying<T>(what: string, signal: AbortSignal, attempt: (signal: AbortSignal) => Promise<T | undefined>): Promise<T> {
  using limit = deadline(what, OP_BUDGET_MS, signal);
  let last = "it was not so yet";
  try {
    for (;;) {
      limit.signal.throwIfAborted();
      try {
        const value = await attempt(limit.signal);
        if (value !== undefined) return value;
      } catch (error) {
        if (!passesByItself(error)) throw error;
        last = errorLine(error);
      }
      await sleep(RETRY_EVERY_MS, limit.signal);
    }
  } catch (error) {
    if (!limit.signal.aborted) throw error;
    // The caller's own reason (a step's deadline, an abort) passes through; what was last seen is added to our own.
    if (!limit.expired()) throw limit.signal.reason;
    throw new FiredrillError("TIMED_OUT", `${what} was given up after ${OP_BUDGET_MS / 1000} s; last: ${last}`, {
      hint: "see the members' logs; `firedrill status` shows who answers",
      cause: error,
    });
  }
}

const TRANSIENT_CODES: ReadonlySet<number> = new Set([GRPC.unavailable, GRPC.deadlineExceeded, GRPC.cancelled]);
/** FAILED_PRECONDITION and UNKNOWN texts that stop being true by themselves. */
const TRANSIENT_TEXTS = ["not leader", "in sync with leader", "not enough started members", "raft proposal dropped", "leader changed"];

function passesByItself(error: unknown): boolean {
  if (!(error instanceof EtcdCallError)) return false;
  return TRANSIENT_CODES.has(error.grpcCode) || TRANSIENT_TEXTS.some((text) => error.details.includes(text));
}
