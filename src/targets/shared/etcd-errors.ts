import { errorLine, FiredrillError } from "../../core/errors.ts";
import { SHOT, type ShotCode, WRITE, type WriteCode } from "../../core/probe.ts";

/** gRPC status codes that are told apart here: https://grpc.io/docs/guides/status-codes/ */
export const GRPC = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** A call that one member did not answer as asked. `details` is the server's own text, or the client library's. */
export class EtcdCallError extends FiredrillError {
  readonly grpcCode: number;
  readonly details: string;
  constructor(method: string, member: string, grpcCode: number, details: string) {
    super("ETCD_CALL_FAILED", `${method} at "${member}" failed: ${details}`, { hint: hintFor(grpcCode, details) });
    this.name = "EtcdCallError";
    this.grpcCode = grpcCode;
    this.details = details;
  }
}

export interface EtcdErrorClass {
  readonly shot: ShotCode;
  /** For a put: `failed` only where etcd or the client library is known to have given up before the entry could reach the log. */
  readonly write: WriteCode;
  readonly line: string;
}

/** Never left this process: the client library had no connection to send it on. */
const NOT_SENT = [
  "No connection established",
  "Name resolution failed",
  "Channel closed before call started",
  "Waiting for LB pick",
  "etcd client is closed",
];

/**
 * Given up by the server before the entry was proposed. Each is returned by a check ahead of raft (server/etcdserver/v3_server.go,
 * server/etcdserver/api/v3rpc/interceptor.go), or is raft's own refusal to append, which only the asked member's raft can give.
 * Not here on purpose: "database space exceeded", which the applier also returns for a put that it did apply; every time-out; "leader
 * changed"; "server stopped".
 */
const NOT_PROPOSED = [
  "etcdserver: no leader",
  "raft proposal dropped",
  "etcdserver: too many requests",
  "etcdserver: rpc not supported for learner",
  "etcdserver: not capable",
];

const REJECTED_CODES: ReadonlySet<number> = new Set([
  GRPC.invalidArgument,
  GRPC.permissionDenied,
  GRPC.unimplemented,
  GRPC.unauthenticated,
]);

const NO_LEADER = ["no leader", "leader changed", "not leader", "raft proposal dropped", "previous leader failure"];
const TIMED_OUT = ["request timed out", "context deadline exceeded"];

/** What an error of an etcd call says about the member, and about whether a put may have been applied. In doubt: indeterminate. */
export function classifyEtcdError(error: unknown): EtcdErrorClass {
  const line = errorLine(error);
  if (!(error instanceof EtcdCallError)) return { shot: SHOT.other, write: WRITE.indeterminate, line };
  const says = (texts: readonly string[]): boolean => texts.some((text) => error.details.includes(text));
  const fromServer = error.details.includes("etcdserver:");
  const failed = REJECTED_CODES.has(error.grpcCode) || (fromServer ? says(NOT_PROPOSED) : says(NOT_SENT) || says(NOT_PROPOSED));
  return { shot: shotOf(error, says, fromServer), write: failed ? WRITE.failed : WRITE.indeterminate, line };
}

function shotOf(error: EtcdCallError, says: (texts: readonly string[]) => boolean, fromServer: boolean): ShotCode {
  if (says(NO_LEADER)) return SHOT.noLeader;
  // We never cancel a call: "cancelled" is the server giving up at the deadline we sent along, a moment before our own timer.
  if (error.grpcCode === GRPC.deadlineExceeded || error.grpcCode === GRPC.cancelled || says(TIMED_OUT)) return SHOT.deadline;
  if (error.grpcCode === GRPC.unavailable && !fromServer) return SHOT.refused;
  return SHOT.other;
}

function hintFor(grpcCode: number, details: string): string {
  if (details.includes("no leader")) return "wait for an election, or bring back enough members for a quorum";
  if (details.includes("database space exceeded")) return "compact, defragment each member, then disarm the NOSPACE alarm";
  if (grpcCode === GRPC.deadlineExceeded) return "see whether the member is paused, overloaded or without quorum";
  if (grpcCode === GRPC.unavailable) return "see whether the member runs, and whether its client certificate is still good";
  return "see the member's log";
}
