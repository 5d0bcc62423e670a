// Timers that put things back when nobody else does. They live here, in the supervisor, because the runner is what may be gone.
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { errorLine } from "../../core/errors.ts";
import { type Op, opsSchema } from "../../core/op.ts";
import type { DeadMan, DeadManState } from "../../core/target.ts";
import { writeFileAtomic } from "../../util/atomic-file.ts";
import { deadline, sleep, wallNow } from "../../util/clock.ts";
import { type Json, parseJson } from "../../util/json.ts";

/** Longest time one operation of a dead-man may take, ms: a member that never stops must not keep the others from being put back. */
const OP_BUDGET_MS = 120_000;

export const deadManSchema = z.strictObject({
  id: z.string().min(1),
  afterMs: z
    .number()
    .min(0)
    .max(2 ** 31 - 1),
  ops: opsSchema,
});
const recordSchema = deadManSchema.extend({
  state: z.enum(["armed", "fired", "failed"]),
  detail: z.string(),
  /** Wall clock, ISO 8601, for people. */
  armedAt: z.string(),
  firedAt: z.string().nullable(),
});
type DeadManRecord = z.output<typeof recordSchema>;

export interface DeadMen extends AsyncDisposable {
  /** On disk when it returns. Replaces one of the same id. */
  readonly arm: (deadMan: DeadMan) => Promise<void>;
  /** Forgets it; false when it had already fired. One that is firing just now is waited for. */
  readonly disarm: (id: string) => Promise<boolean>;
  readonly list: () => readonly DeadManState[];
  /** Armed, or firing just now. */
  readonly pending: () => boolean;
}

interface Live {
  readonly timer: AbortController;
  readonly done: Promise<void>;
}

/** Opens the timers kept in `file`. `perform` carries out one operation as the runner would. */
export function openDeadMen(options: {
  readonly file: string;
  readonly perform: (op: Op, signal: AbortSignal) => Promise<Json>;
  readonly log: (line: string) => void;
}): DeadMen {
  const records = new Map<string, DeadManRecord>(readRecords(options.file).map((record) => [record.id, record]));
  const live = new Map<string, Live>();
  const firing = new Set<string>();
  const closing = new AbortController();
  const persist = (): void => writeFileAtomic(options.file, `${JSON.stringify([...records.values()])}\n`);

  const fire = async (record: DeadManRecord): Promise<void> => {
    options.log(`dead-man ${record.id} fires: nobody undid it within ${record.afterMs} ms`);
    const firedAt = wallNow().toISOString();
    const done: string[] = [];
    let failed = false;
    for (const op of record.ops) {
      const line = await fireOne(op, options.perform, closing.signal);
      failed ||= !line.ok;
      done.push(line.text);
      options.log(`dead-man ${record.id}: ${line.text}`);
    }
    records.set(record.id, { ...record, state: failed ? "failed" : "fired", detail: `${firedAt}: ${done.join("; ")}`, firedAt });
    persist();
  };
  const run = async (record: DeadManRecord, timer: AbortController): Promise<void> => {
    try {
      await sleep(record.afterMs, timer.signal);
    } catch {
      return;
    }
    firing.add(record.id);
    try {
      await fire(record);
    } catch (error) {
      options.log(`dead-man ${record.id}: ${errorLine(error)}`);
    } finally {
      firing.delete(record.id);
    }
  };
  const halt = async (id: string): Promise<void> => {
    const running = live.get(id);
    if (running === undefined) return;
    running.timer.abort();
    await running.done;
    if (live.get(id) === running) live.delete(id);
  };
  return {
    arm: async (deadMan) => {
      await halt(deadMan.id);
      const record: DeadManRecord = {
        ...deadMan,
        ops: [...deadMan.ops],
        state: "armed",
        detail: "",
        armedAt: wallNow().toISOString(),
        firedAt: null,
      };
      records.set(deadMan.id, record);
      persist();
      const timer = new AbortController();
      live.set(deadMan.id, { timer, done: run(record, timer) });
    },
    disarm: async (id) => {
      await halt(id);
      const hadFired = (records.get(id)?.firedAt ?? null) !== null;
      if (records.delete(id)) persist();
      return !hadFired;
    },
    list: () => [...records.values()].map(({ id, afterMs, ops, state, detail }) => ({ id, afterMs, ops, state, detail })),
    pending: () => firing.size > 0 || [...records.values()].some((record) => record.state === "armed"),
    [Symbol.asyncDispose]: async () => {
      closing.abort(new Error("the target is being taken down"));
      await Promise.all([...live.keys()].map(halt));
    },
  };
}

async function fireOne(
  op: Op,
  perform: (op: Op, signal: AbortSignal) => Promise<Json>,
  closing: AbortSignal,
): Promise<{ ok: boolean; text: string }> {
  const what = "member" in op ? `${op.op} ${op.member}` : op.op;
  using budget = deadline(what, OP_BUDGET_MS, closing);
  try {
    await perform(op, budget.signal);
    return { ok: true, text: `${what}: done` };
  } catch (error) {
    return { ok: false, text: `${what}: ${errorLine(error)}` };
  }
}

function readRecords(file: string): readonly DeadManRecord[] {
  if (!existsSync(file)) return [];
  const parsed = z.array(recordSchema).safeParse(parseJson(readFileSync(file, "utf8")));
  return parsed.success ? parsed.data : [];
}
