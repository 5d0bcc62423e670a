// One run's probes inside the worker: rows, shots in flight, the sentinel writer, and the batches that go out.
import { errorLine } from "../core/errors.ts";
import type { SentinelWrite, Shot } from "../core/event.ts";
import { SHOT, type ShotCode } from "../core/probe.ts";
import { classifyEtcdError, connectEtcd } from "../targets/shared/etcd-client.ts";
import { deadline, every, monoMs, sleep } from "../util/clock.ts";
import { probes as kinds } from "./index.ts";
import { runLoop } from "./loop.ts";
import { type FromWorker, type ProbeSetup, sentinelPrefix, tenths } from "./protocol.ts";
import { type PlannedRow, planRows } from "./rows.ts";
import { type Due, openLoop } from "./sampler.ts";
import { type Sentinel, sentinelWriter } from "./sentinel.ts";
import { shooters } from "./shots/index.ts";
import type { Shooter } from "./shots/shooter.ts";

/** Between the last warm-up shot and shot 0. */
const LEAD_MS = 50;
/** A shot settles within its deadline; this much more is waited for when stopping. */
const SETTLE_MS = 1000;

/** Starts sampling and resolves once it stops: in-flight shots are waited for and everything is sent. */
export async function runSession(setup: ProbeSetup, send: (message: FromWorker) => void, stop: AbortSignal): Promise<void> {
  const nowMs = (): number => monoMs() - setup.monoAnchorMs;
  const draft = planRows(setup.probes, kinds, setup.connection, 0);
  using opened = openShooters(draft, setup);
  const shooterOf = opened.shooters;
  const shoot = (row: number, n: number): Promise<ShotCode> =>
    (shooterOf[row]?.fire(n) ?? Promise.resolve(SHOT.other)).catch((error: unknown) => classifyEtcdError(error).shot);

  // Connections are opened before the first shot counts: its latency would be a TLS handshake.
  await Promise.all(draft.map((row) => shoot(row.row, -1)));
  if (!stop.aborted) await sleep(LEAD_MS, stop).catch(() => undefined);
  const rows = planRows(setup.probes, kinds, setup.connection, tenths(nowMs() + LEAD_MS));
  using sentinel = openSentinel(setup, nowMs, (write) => writes.push(write));
  const sentinelRow = rows.length;
  const firstT0Ms = rows[0]?.t0Ms ?? tenths(nowMs() + LEAD_MS);
  const schedules = [
    ...rows,
    ...(setup.sentinel === null || sentinel === null ? [] : [{ t0Ms: firstT0Ms, everyMs: setup.sentinel.everyMs }]),
  ];
  send({ type: "ready", rows: rows.map(({ params: _params, ...row }) => row) });

  const shots = new Map<number, Shot[]>();
  const writes: SentinelWrite[] = [];
  const inFlight = new Set<Promise<void>>();
  const record = (row: number, shot: Shot): void => {
    const known = shots.get(row);
    if (known === undefined) shots.set(row, [shot]);
    else known.push(shot);
  };
  const track = (settling: Promise<void>): void => {
    inFlight.add(settling);
    void settling.finally(() => inFlight.delete(settling));
  };
  const flush = (): void => {
    if (shots.size === 0 && writes.length === 0) return;
    const samples = [...shots].map(([row, list]) => ({ row, shots: list.toSorted((a, b) => a[0] - b[0]) }));
    send({ type: "batch", samples, writes: writes.splice(0) });
    shots.clear();
  };

  const sampler = openLoop(schedules, nowMs());
  const fire = async (due: Due): Promise<void> => {
    const code = await shoot(due.row, due.n);
    // A stall that ended just now must be known before this completion is judged.
    loop.observe();
    const doneMs = nowMs();
    const stalled = code !== SHOT.ok && sampler.blames(due.row, due.dueMs, doneMs);
    record(due.row, [due.n, stalled ? SHOT.notSampled : code, tenths(doneMs - due.dueMs)]);
  };
  const loop = runLoop(sampler, setup.monoAnchorMs, {
    onDue: (due) => {
      if (due.row === sentinelRow) track(sentinel?.writer.write() ?? Promise.resolve());
      else track(fire(due));
    },
    onNotSampled: (due) => {
      if (due.row !== sentinelRow) record(due.row, [due.n, SHOT.notSampled, 0]);
    },
    onStall: (stall) => send({ type: "stall", fromMs: tenths(stall.fromMs), toMs: tenths(stall.toMs) }),
  });
  using _batches = every(setup.batchEveryMs, flush);

  await new Promise<void>((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
  loop[Symbol.dispose]();
  const longestMs = Math.max(setup.sentinel?.deadlineMs ?? 0, ...rows.map((row) => row.deadlineMs));
  using settling = deadline("settling the last shots", longestMs + SETTLE_MS);
  const givenUp = new Promise<void>((resolve) => {
    settling.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await Promise.race([Promise.allSettled(inFlight), givenUp]);
  flush();
  if (settling.expired()) send({ type: "error", line: `${inFlight.size} shots did not settle after the probes were stopped` });
}

function openShooters(rows: readonly PlannedRow[], setup: ProbeSetup): Disposable & { readonly shooters: readonly Shooter[] } {
  const opened = rows.map((row) => openShooter(row, setup));
  return {
    shooters: opened,
    [Symbol.dispose]: () => {
      for (const shooter of opened) shooter[Symbol.dispose]();
    },
  };
}

function openShooter(row: PlannedRow, setup: ProbeSetup): Shooter {
  const shooter = shooters[row.type];
  if (shooter === undefined) throw new Error(`no shots for a probe of type "${row.type}"`);
  return shooter({
    connection: setup.connection,
    endpoint: row.endpoint,
    deadlineMs: row.deadlineMs,
    expectedVoters: setup.expectedVoters,
    key: `/firedrill/${setup.runId}/probe/${row.row}`,
    params: row.params,
  });
}

function openSentinel(
  setup: ProbeSetup,
  nowMs: () => number,
  report: (write: SentinelWrite) => void,
): (Disposable & { readonly writer: Sentinel }) | null {
  const { sentinel, connection } = setup;
  if (sentinel === null || connection.members.length === 0) return null;
  const clients = connectEtcd(connection);
  const writer = sentinelWriter({
    prefix: sentinelPrefix(setup.runId),
    members: clients.names,
    put: (member, key, value) => clients.of(member).put(key, value, sentinel.deadlineMs),
    classify: (error) => classifyEtcdError(error).write,
    nowMs,
    report,
  });
  return { writer, [Symbol.dispose]: () => clients[Symbol.dispose]() };
}

/** One line for the run's notes; for errors that are no shot's. */
export function sessionError(error: unknown): FromWorker {
  return { type: "error", line: errorLine(error) };
}
