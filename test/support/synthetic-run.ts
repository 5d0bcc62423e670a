// Journals made up for tests of measuring and folding: a cluster that behaves as told, sampled as told.
import type { EventBody, ObjectiveSpec, ProbeRow, RunEvent, RunStarted, SentinelCheck, Shot, StepIntent } from "../../src/core/event.ts";
import type { Op } from "../../src/core/op.ts";
import { SHOT } from "../../src/core/probe.ts";

/** What becomes of a shot due at `dueMs`: a latency in ms is an ok; a name is a failure known after `afterMs`. */
export type Behaviour = (dueMs: number) => number | { readonly code: keyof typeof SHOT; readonly afterMs?: number };

export const FAILED = { code: "deadline", afterMs: 1000 } as const;
export const NOT_SAMPLED = { code: "notSampled" } as const;

export function row(over: Partial<ProbeRow> = {}): ProbeRow {
  return { row: 0, probe: "etcd-write", type: "etcd-write", endpoint: "-", everyMs: 20, deadlineMs: 1000, t0Ms: 0, ...over };
}

export function shotsOf({ t0Ms, everyMs }: ProbeRow, untilMs: number, behave: Behaviour): readonly Shot[] {
  const shots: Shot[] = [];
  for (let n = 0; t0Ms + n * everyMs < untilMs; n++) {
    const end = behave(t0Ms + n * everyMs);
    shots.push(typeof end === "number" ? [n, SHOT.ok, end] : [n, SHOT[end.code], end.afterMs ?? 0]);
  }
  return shots;
}

/** Requests between `fromMs` and `toMs` are held by the server and answered at `toMs`, unless that is later than `deadlineMs`: then they fail. */
export function held(fromMs: number, toMs: number, deadlineMs = Number.POSITIVE_INFINITY): Behaviour {
  return (dueMs) => {
    if (dueMs < fromMs || dueMs >= toMs) return 2;
    return toMs - dueMs > deadlineMs ? { code: "deadline", afterMs: deadlineMs } : toMs - dueMs + 2;
  };
}

/** Requests due between `fromMs` and `toMs` fail. */
export function down(fromMs: number, toMs: number): Behaviour {
  return (dueMs) => (dueMs >= fromMs && dueMs < toMs ? FAILED : 2);
}

/** The first that does not answer after 2 ms decides. */
export function all(...behaviours: readonly Behaviour[]): Behaviour {
  return (dueMs) => behaviours.map((behave) => behave(dueMs)).find((end) => end !== 2) ?? 2;
}

export const RTO_5S: ObjectiveSpec = {
  id: "writes-back",
  promise: { kind: "rto", limitMs: 5000, of: "serviceRestored" },
  probes: ["etcd-write"],
  step: null,
  source: "BIA row 4",
};

export const RPO_0: ObjectiveSpec = { id: "nothing-lost", promise: { kind: "rpo-writes", limit: 0 }, probes: [], step: null, source: null };

export const SENTINEL_OK: SentinelCheck = {
  complete: true,
  problem: null,
  acked: 500,
  failed: 3,
  indeterminate: 2,
  present: 501,
  lost: 0,
  lostExamples: [],
  lostMs: 0,
  mismatched: 0,
  landed: 1,
  highestAckedRevision: 900,
  revisionNow: 950,
  wentBackwards: false,
  hashes: { m1: "a1", m2: "a1", m3: "a1" },
  hashesAgree: true,
};

export function runStarted(over: Partial<RunStarted> = {}): RunStarted {
  return {
    run: "20260101T000000Z-etcd-leader-crash-abc123",
    tool: { name: "firedrill", version: "0.1.0", node: "v24.0.0" },
    playbook: {
      name: "etcd-leader-crash",
      title: "The leader dies",
      description: null,
      owner: null,
      cadence: null,
      controls: [],
      file: "p.yaml",
      sha256: "0".repeat(64),
    },
    parameters: {},
    objectives: [RTO_5S],
    target: { type: "local", name: "t", fingerprint: "f".repeat(64), disposable: true, throwAway: true },
    host: { name: "h", os: "linux 6", cpus: 2, pid: 1, startTime: "1", bootId: "b" },
    operator: "ann",
    seed: 1,
    repeat: null,
    monoAnchorMs: 0,
    ledgerHead: "0".repeat(64),
    rules: { recoveredForMs: 5000, recoverWithinMs: 120_000, soakMs: 5000 },
    ...over,
  };
}

const START: Op = { op: "member.start", member: "m2" };
const KILL: Op = { op: "member.stop", member: "m2", how: "kill" };

export function intent(step: string, name: string, over: Partial<StepIntent> = {}): StepIntent {
  return {
    step,
    name,
    drill: "etcd-member-crash",
    tag: "fd-abc123-1",
    victims: ["m2"],
    state: null,
    breaks: [KILL],
    recovers: [],
    undo: [START],
    cleanup: [],
    deadlineMs: 60_000,
    ...over,
  };
}

type Timed = readonly [atMs: number, body: EventBody];

/** Events with sequence numbers and times, in order of time; `seal` adds `run.finished` and the seal. */
export function journal(bodies: readonly Timed[], seal = true): readonly RunEvent[] {
  const sorted = bodies.toSorted(([a], [b]) => a - b);
  const lastMs = sorted.at(-1)?.[0] ?? 0;
  const ending: readonly Timed[] = seal
    ? [
        [lastMs + 10, { type: "run.finished", data: { outcome: "passed", leftBroken: false, reasons: [], verdicts: {} } }],
        [lastMs + 11, { type: "run.sealed", data: { events: sorted.length + 1 } }],
      ]
    : [];
  return [...sorted, ...ending].map(([atMs, body], seq) => ({
    seq,
    ts: new Date(1_767_225_600_000 + atMs).toISOString(),
    atMs,
    prev: "",
    ...body,
  }));
}

export interface CrashOptions {
  readonly started?: Partial<RunStarted>;
  readonly rows?: readonly { readonly row: ProbeRow; readonly behave: Behaviour }[];
  /** Behaviour of the one etcd-write row, when `rows` is not given. */
  readonly behave?: Behaviour;
  readonly untilMs?: number;
  readonly proved?: boolean | null;
  readonly undoVerified?: boolean | null;
  readonly data?: SentinelCheck | null;
  readonly more?: readonly Timed[];
  readonly seal?: boolean;
}

/** A leader crash at 10 s, undone at 25 s, sampled until 40 s: the shape most tests change one thing of. */
export function crashRun(options: CrashOptions = {}): readonly RunEvent[] {
  const { untilMs = 40_000, proved = true, undoVerified = true, data = SENTINEL_OK, more = [], seal = true } = options;
  const rows = options.rows ?? [{ row: row(), behave: options.behave ?? held(10_000, 11_240) }];
  return journal(
    [
      [0, { type: "run.started", data: runStarted(options.started) }],
      [
        1,
        {
          type: "probes.started",
          data: { rows: rows.map((each) => each.row), sentinel: { prefix: "/x/", everyMs: 50, deadlineMs: 1000 } },
        },
      ],
      ...rows.map(
        ({ row: each, behave }): Timed => [untilMs, { type: "samples", data: { row: each.row, shots: shotsOf(each, untilMs, behave) } }],
      ),
      [9990, { type: "step.started", data: { step: "s1", name: "Kill the leader", kind: "drill", drill: "etcd-member-crash" } }],
      [9995, { type: "step.intent", data: intent("s1", "Kill the leader") }],
      [
        10_100,
        {
          type: "act",
          data: {
            step: "s1",
            phase: "break",
            index: 0,
            op: KILL,
            exact: "kill -KILL (m2)",
            startedAtMs: 10_000,
            tookMs: 5,
            ok: true,
            evidence: null,
          },
        },
      ],
      [10_110, { type: "step.injected", data: { step: "s1", faultAtMs: 10_000 } }],
      ...(proved === null
        ? []
        : [
            [
              10_200,
              {
                type: "effect.checked",
                data: { step: "s1", proved, because: proved ? "m2 is down" : "m2 still runs", before: 1, after: 2 },
              },
            ] as const,
          ]),
      [10_300, { type: "observed", data: { what: "redundancyLost", ok: false, detail: "2 of 3 voters", resolutionMs: 200, atMs: 10_300 } }],
      [20_000, { type: "step.finished", data: { step: "s1", ok: true, problem: null } }],
      ...(undoVerified === null
        ? []
        : [
            [
              26_000,
              {
                type: "step.undone",
                data: { step: "s1", verified: undoVerified, because: undoVerified ? "looked" : "member m2 is down", startedAtMs: 25_000 },
              },
            ] as const,
          ]),
      [
        26_500,
        { type: "observed", data: { what: "redundancyRestored", ok: true, detail: "3 of 3 voters", resolutionMs: 200, atMs: 26_500 } },
      ],
      [
        27_000,
        { type: "observed", data: { what: "dataVerified", ok: true, detail: "500 writes checked", resolutionMs: 1000, atMs: 27_000 } },
      ],
      [35_000, { type: "observed", data: { what: "normalRestored", ok: true, detail: "steady", resolutionMs: 200, atMs: 35_000 } }],
      ...(data === null ? [] : [[untilMs + 500, { type: "data.checked", data }] as const]),
      [untilMs + 600, { type: "residue.scanned", data: { found: [] } }],
      ...more,
    ],
    seal,
  );
}
