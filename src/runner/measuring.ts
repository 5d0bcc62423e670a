// Probes and the sentinel writer over a whole run: started before the first fault, journaled as they report, stopped after the soak.
import { rememberAll } from "../core/assertion.ts";
import type { SentinelWrite } from "../core/event.ts";
import type { Playbook, Registry } from "../core/playbook.ts";
import { type ProbeSpec, WRITE } from "../core/probe.ts";
import type { Target } from "../core/target.ts";
import { startProbes } from "../probes/client.ts";
import { deadline, sleep } from "../util/clock.ts";
import type { Json } from "../util/json.ts";
import { appendIfPossible } from "./acts.ts";
import type { Journal } from "./journal.ts";
import { type Live, liveProbes } from "./live.ts";

const BATCH_EVERY_MS = 250;
/** etcd answers a write within 5 s + 2 × election timeout (server/config ReqTimeout, 7 s by default); after 8 s nothing can land any more. */
const LANDING_MS = 8000;
const REDUNDANCY_EVERY_MS = 200;

export interface MeasuringOptions {
  readonly playbook: Playbook;
  readonly registry: Registry;
  readonly target: Target;
  readonly journal: Journal;
  readonly runId: string;
  /** Told once what the live view is, so that stop conditions can look at it. */
  readonly onLive: (live: Live) => void;
}

export interface Measuring extends AsyncDisposable {
  readonly live: Live;
  readonly expectedVoters: number;
  readonly sentinel: { readonly prefix: string; readonly everyMs: number } | null;
  /** What the cluster looked like before the first fault, for assertions that compare. */
  readonly seenAtStart: Json;
  /** Sentinel writes whose outcome is known. */
  readonly writes: () => readonly SentinelWrite[];
  /** Waits until probes have run for the playbook's baseline. */
  readonly baseline: (signal: AbortSignal) => Promise<void>;
  readonly waitUntilNothingCanLand: (signal: AbortSignal) => Promise<void>;
  /** Stops once; in-flight shots are waited for. */
  readonly stop: () => Promise<void>;
}

export async function startMeasuring(options: MeasuringOptions, signal: AbortSignal): Promise<Measuring> {
  const { playbook, registry, target, journal, runId } = options;
  const view = await target.look(signal);
  const expectedVoters = view.members.filter((member) => !member.learner && member.id !== null).length;
  // Before our own writers start, so that what is compared later is what was there.
  const expectations = [
    ...playbook.steadyState,
    ...playbook.method.flatMap((step) => (step.kind === "check" ? step.expect : [])),
    ...playbook.after.expect,
  ];
  const remembered = await rememberAll(registry.assertions, expectations, {
    target,
    signal,
    runId,
    baseline: null,
    output: () => undefined,
  });
  const live = liveProbes();
  const writes: SentinelWrite[] = [];
  const run = await startProbes(
    {
      connection: target.connection(),
      expectedVoters,
      probes: withRedundancy(playbook.probes, target),
      sentinel: target.capabilities.has("etcd") ? playbook.sentinel : null,
      runId,
      monoAnchorMs: journal.anchorMs,
      batchEveryMs: BATCH_EVERY_MS,
    },
    {
      onSamples: (row, shots) => {
        live.samples(row, shots);
        appendIfPossible(journal, { type: "samples", data: { row, shots } });
      },
      onSentinel: (batch) => {
        writes.push(...batch);
        appendIfPossible(journal, { type: "sentinel", data: { writes: batch } });
      },
      onStall: (fromMs, toMs) => {
        live.stalled(fromMs, toMs);
        appendIfPossible(journal, { type: "stalled", data: { fromMs, toMs } });
      },
      onError: (text) => appendIfPossible(journal, { type: "note", data: { kind: "warning", text: `probe worker: ${text}` } }),
    },
    signal,
  );
  const sentinel =
    run.sentinelPrefix === null || playbook.sentinel === null ? null : { prefix: run.sentinelPrefix, everyMs: playbook.sentinel.everyMs };
  live.start(run.rows, journal.nowMs());
  journal.append({
    type: "probes.started",
    data: {
      rows: run.rows,
      sentinel: sentinel === null || playbook.sentinel === null ? null : { ...sentinel, deadlineMs: playbook.sentinel.deadlineMs },
    },
  });
  options.onLive(live);
  const startedMs = journal.nowMs();
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      using budget = deadline("stopping the probes", 30_000);
      const atMs = journal.nowMs();
      await run.stop(budget.signal).catch((error: unknown) =>
        appendIfPossible(journal, {
          type: "note",
          data: { kind: "warning", text: `stopping the probes: ${error instanceof Error ? error.message : String(error)}` },
        }),
      );
      appendIfPossible(journal, { type: "probes.stopped", data: { atMs } });
    })();
    return stopping;
  };
  return {
    live,
    expectedVoters,
    sentinel,
    seenAtStart: {
      leader: view.leader,
      terms: Object.fromEntries(view.members.map((member) => [member.name, member.term])),
      members: view.members.map(({ name, id }) => ({ name, id })),
      revision: Math.max(0, ...view.members.map((member) => member.revision ?? 0)),
      remembered,
    },
    writes: () => writes,
    baseline: (baselineSignal) => sleep(startedMs + playbook.baselineMs - journal.nowMs(), baselineSignal),
    waitUntilNothingCanLand: async (landSignal) => {
      const last = writes.findLast((write) => write[1] === WRITE.indeterminate);
      if (last !== undefined) await sleep(last[3] + LANDING_MS - journal.nowMs(), landSignal);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Redundancy is one of the four recoveries, so it is always measured where it can be. */
function withRedundancy(probes: readonly ProbeSpec[], target: Target): readonly ProbeSpec[] {
  if (!target.capabilities.has("etcd") || probes.some((probe) => probe.type === "etcd-redundancy")) return probes;
  return [...probes, { id: "redundancy", type: "etcd-redundancy", everyMs: REDUNDANCY_EVERY_MS, deadlineMs: 1000, params: {} }];
}
