// What is said over a supervisor's socket: one request a connection, one line of JSON each way.
import { z } from "zod";
import { type Op, opSchema } from "../../core/op.ts";
import type { DeadManState } from "../../core/target.ts";
import type { LinkView } from "../../core/view.ts";
import type { Json } from "../../util/json.ts";
import { deadManSchema } from "./dead-men.ts";
import type { MemberState } from "./member-process.ts";

/** Operations only the owner of the processes can carry out. */
export type ProcessOp = Extract<Op, { op: "member.start" | "member.stop" | "member.pause" | "member.resume" | "links.set" }>;

export const requestSchema = z.discriminatedUnion("method", [
  z.strictObject({ method: z.literal("status") }),
  z.strictObject({ method: z.literal("act"), op: opSchema, initialCluster: z.string().nullable() }),
  z.strictObject({ method: z.literal("deadman.arm"), deadMan: deadManSchema }),
  z.strictObject({ method: z.literal("deadman.disarm"), id: z.string() }),
  /** Ends members, relays and the supervisor; `remove` takes the target's folder away, too. */
  z.strictObject({ method: z.literal("down"), remove: z.boolean() }),
]);

export type Request = z.output<typeof requestSchema>;

export interface SupervisorStatus {
  readonly pid: number;
  readonly startTime: string;
  readonly members: readonly MemberState[];
  readonly links: readonly LinkView[];
  readonly deadMen: readonly DeadManState[];
}

export type Reply =
  | { readonly ok: true; readonly result: Json }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint: string | null };

/** What a supervisor does for others: directly within its own process, over the socket from elsewhere. */
export interface Supervision {
  readonly status: (signal: AbortSignal) => Promise<SupervisorStatus>;
  /** `initialCluster` is for a joining member's start. */
  readonly act: (op: ProcessOp, initialCluster: string | null, signal: AbortSignal) => Promise<Json>;
}

/** Whether an operation is the supervisor's to carry out. */
export function isProcessOp(op: Op): op is ProcessOp {
  return (
    op.op === "member.start" || op.op === "member.stop" || op.op === "member.pause" || op.op === "member.resume" || op.op === "links.set"
  );
}
