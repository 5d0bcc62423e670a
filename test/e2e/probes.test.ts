import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer as createHttp } from "node:http";
import { createServer as createTcp } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { SentinelWrite, Shot } from "../../src/core/event.ts";
import { type ProbeSpec, SHOT, WRITE } from "../../src/core/probe.ts";
import { type ProbeRun, startProbes } from "../../src/probes/client.ts";
import { checkSentinel } from "../../src/probes/sentinel-check.ts";
import { connectEtcd } from "../../src/targets/shared/etcd-client.ts";
import { etcdReader } from "../../src/targets/shared/etcd-reader.ts";
import { deadline, monoMs, sleep } from "../../src/util/clock.ts";
import { poll } from "../../src/util/poll.ts";
import { type PlainEtcd, startPlainEtcd } from "./support/plain-etcd.ts";

interface Recording {
  readonly run: ProbeRun;
  readonly shots: Map<number, Shot[]>;
  readonly writes: SentinelWrite[];
  readonly errors: string[];
}

async function record(cluster: PlainEtcd, probes: readonly ProbeSpec[], runId: string, signal: AbortSignal): Promise<Recording> {
  const [shots, writes, errors] = [new Map<number, Shot[]>(), [] as SentinelWrite[], [] as string[]];
  const run = await startProbes(
    {
      connection: cluster.connection,
      expectedVoters: 3,
      probes,
      sentinel: { everyMs: 20, deadlineMs: 1000 },
      runId,
      monoAnchorMs: monoMs(),
      batchEveryMs: 100,
    },
    {
      onSamples: (row, more) => void shots.set(row, [...(shots.get(row) ?? []), ...more]),
      onSentinel: (more) => void writes.push(...more),
      onStall: () => undefined,
      onError: (line) => void errors.push(line),
    },
    signal,
  );
  return { run, shots, writes, errors };
}

const probe = (id: string, type: string, everyMs: number, params: ProbeSpec["params"] = {}): ProbeSpec => ({
  id,
  type,
  everyMs,
  deadlineMs: 1000,
  params,
});

/** Shots of a row by code, not counting what we did not sample ourselves. */
function codesOf(recording: Recording, row: number): ReadonlyMap<number, number> {
  const codes = new Map<number, number>();
  for (const [, code] of recording.shots.get(row) ?? []) codes.set(code, (codes.get(code) ?? 0) + 1);
  codes.delete(SHOT.notSampled);
  return codes;
}

/** Longest time between two acknowledgements over all rows of a probe. */
function longestGap(recording: Recording, probeId: string): number {
  const acked: number[] = [];
  for (const row of recording.run.rows.filter((each) => each.probe === probeId)) {
    for (const [n, code, latencyMs] of recording.shots.get(row.row) ?? []) {
      if (code === SHOT.ok) acked.push(row.t0Ms + n * row.everyMs + latencyMs);
    }
  }
  const sorted = acked.toSorted((a, b) => a - b);
  return Math.max(...sorted.slice(1).map((at, i) => at - (sorted[i] ?? at)));
}

it("sees a leader crash in every probe that should, loses no acknowledged write, and sees redundancy return", async () => {
  await using cluster = await startPlainEtcd(3);
  using clients = connectEtcd(cluster.connection);
  using limit = deadline("leader crash", 90_000);
  const recording = await record(
    cluster,
    [
      probe("write", "etcd-write", 20),
      probe("read", "etcd-read", 50),
      probe("stale", "etcd-read", 50, { serializable: true }),
      probe("status", "etcd-status", 50),
      probe("watch", "etcd-watch", 50),
      probe("redundancy", "etcd-redundancy", 100),
    ],
    "crash",
    limit.signal,
  );
  expect(recording.run.rows.map((row) => row.row)).toEqual(recording.run.rows.map((_, i) => i));
  expect(recording.run.sentinelPrefix).toBe("/firedrill/crash/s/");
  await sleep(1500, limit.signal);
  const statuses = await Promise.all(clients.names.map((name) => clients.of(name).status(1000)));
  const leader = clients.names[statuses.findIndex((status) => status.memberId === status.leaderId)] ?? "";
  const killedMs = monoMs();
  await cluster.kill(leader);
  await sleep(5000 - (monoMs() - killedMs), limit.signal);
  cluster.start(leader);
  await poll(
    async () =>
      (
        await clients
          .of(leader)
          .status(500)
          .catch(() => null)
      )?.leaderId ?? undefined,
    {
      everyMs: 100,
      signal: limit.signal,
    },
  );
  await sleep(1500, limit.signal);
  await recording.run.stop(limit.signal);
  await recording.run.stop(limit.signal);
  expect(recording.errors).toEqual([]);

  // etcd's default election time-out is 1 s: leaderless for about 1 to 2 s.
  const gapMs = longestGap(recording, "write");
  expect(gapMs).toBeGreaterThan(500);
  expect(gapMs).toBeLessThan(10_000);
  const row = (probeId: string, member: string): number =>
    recording.run.rows.find((each) => each.probe === probeId && (each.endpoint === member || each.endpoint === "-"))?.row ?? -1;
  const follower = clients.names.find((name) => name !== leader) ?? "";
  // Reads of a member's own copy need nobody else; every other kind of probe does.
  expect([...codesOf(recording, row("stale", follower)).keys()]).toEqual([SHOT.ok]);
  for (const [probeId, member] of [
    ["write", leader],
    ["read", leader],
    ["status", leader],
    ["watch", leader],
    ["redundancy", "-"],
  ] as const) {
    const codes = codesOf(recording, row(probeId, member));
    expect([...codes.keys()].filter((code) => code !== SHOT.ok).length, `${probeId} at ${member} failed`).toBeGreaterThan(0);
    expect(
      recording.shots.get(row(probeId, member))?.findLast((shot) => shot[1] !== SHOT.notSampled)?.[1],
      `${probeId} at ${member} came back`,
    ).toBe(SHOT.ok);
  }
  expect(codesOf(recording, row("write", leader)).get(SHOT.refused)).toBeGreaterThan(10);
  // Every shot is accounted for, once.
  for (const shots of recording.shots.values()) {
    expect(shots.map((shot) => shot[0]).toSorted((a, b) => a - b)).toEqual(shots.map((_, i) => i));
  }

  const writes = recording.writes.toSorted((a, b) => a[0] - b[0]);
  expect(writes.map((write) => write[0])).toEqual(writes.map((_, i) => i + 1));
  const check = () =>
    checkSentinel(
      { etcd: etcdReader(clients), members: clients.names, prefix: recording.run.sentinelPrefix ?? "", writes, everyMs: 20 },
      limit.signal,
    );
  const whole = await check();
  expect(whole).toMatchObject({ complete: true, problem: null, lost: 0, mismatched: 0, wentBackwards: false, hashesAgree: true });
  expect(whole.acked).toBeGreaterThan(100);
  expect(Object.keys(whole.hashes).toSorted()).toEqual(["m1", "m2", "m3"]);

  // The check can fail: take an acknowledged write away and change another.
  const [first, second] = writes.filter((write) => write[1] === WRITE.acked);
  const key = (write: SentinelWrite | undefined): string => `/firedrill/crash/s/${String(write?.[0]).padStart(10, "0")}`;
  await clients.of(follower).deletePrefix(key(first), 2000);
  await clients.of(follower).put(key(second), "else", 2000);
  expect(await check()).toMatchObject({ lost: 1, lostExamples: [first?.[0]], mismatched: 1 });
});

it("never takes its own standstill for an outage", async () => {
  await using cluster = await startPlainEtcd(3);
  using limit = deadline("standstill", 60_000);
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL("support/probe-child.ts", import.meta.url)), JSON.stringify(cluster.connection)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  try {
    const seen: { row?: number; shots?: Shot[]; writes?: SentinelWrite[]; stall?: number; error?: string; ready?: number }[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => seen.push(JSON.parse(line) as (typeof seen)[number]));
    const until = (what: () => boolean): Promise<true> =>
      poll(async () => (what() ? true : undefined), { everyMs: 20, signal: limit.signal });
    const shotCount = (): number => seen.flatMap((each) => each.shots ?? []).length;
    await until(() => shotCount() > 100);
    // Longer than the shots' deadline, so that whatever was in flight has expired when the process goes on.
    child.kill("SIGSTOP");
    await sleep(900, limit.signal);
    child.kill("SIGCONT");
    const before = shotCount();
    await until(() => shotCount() > before + 300);
    const exited = once(child, "exit");
    child.stdin.write("stop\n");
    await exited;
    const codes = new Set(seen.flatMap((each) => each.shots ?? []).map((shot) => shot[1]));
    expect([...codes].toSorted((a, b) => a - b)).toEqual([SHOT.ok, SHOT.notSampled]);
    expect(Math.max(...seen.map((each) => each.stall ?? 0))).toBeGreaterThan(800);
    const sampled = new Map<number, number[]>();
    for (const { row, shots } of seen) {
      if (row !== undefined) sampled.set(row, [...(sampled.get(row) ?? []), ...(shots ?? []).map((shot) => shot[0])]);
    }
    for (const numbers of sampled.values()) expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers.map((_, i) => i));
    expect(seen.flatMap((each) => each.writes ?? []).filter((write) => write[1] === WRITE.acked).length).toBeGreaterThan(10);
  } finally {
    child.kill("SIGKILL");
  }
});

it("probes HTTP, TCP and DNS without etcd", async () => {
  using limit = deadline("network probes", 30_000);
  let status = 200;
  const http = createHttp((_request, response) => response.writeHead(status).end("x")).listen(0, "127.0.0.1");
  const tcp = createTcp((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await Promise.all([once(http, "listening"), once(tcp, "listening")]);
  const portOf = (server: { address: () => unknown }): number => (server.address() as { port: number }).port;
  const shots = new Map<number, Shot[]>();
  const errors: string[] = [];
  const params = { host: "127.0.0.1", port: portOf(tcp) };
  const run = await startProbes(
    {
      connection: { members: [], tls: null },
      expectedVoters: 0,
      probes: [
        probe("http", "http", 50, { url: `http://127.0.0.1:${portOf(http)}/`, status: 200 }),
        probe("tcp", "tcp", 50, params),
        // Nobody answers DNS there.
        { ...probe("dns", "dns", 100, { name: "firedrill.invalid", server: `127.0.0.1:${portOf(tcp)}` }), deadlineMs: 300 },
      ],
      sentinel: null,
      runId: "net",
      monoAnchorMs: monoMs(),
      batchEveryMs: 50,
    },
    {
      onSamples: (row, more) => void shots.set(row, [...(shots.get(row) ?? []), ...more]),
      onSentinel: () => undefined,
      onStall: () => undefined,
      onError: (line) => void errors.push(line),
    },
    limit.signal,
  );
  const codes = (row: number): readonly number[] => (shots.get(row) ?? []).map((shot) => shot[1]);
  const until = (what: () => boolean): Promise<true> =>
    poll(async () => (what() ? true : undefined), { everyMs: 20, signal: limit.signal });
  await until(() => codes(0).includes(SHOT.ok) && codes(1).includes(SHOT.ok));
  status = 503;
  tcp.close();
  await until(() => codes(0).includes(SHOT.other) && codes(1).includes(SHOT.refused));
  expect(run.sentinelPrefix).toBeNull();
  await run.stop(limit.signal);
  http.closeAllConnections();
  http.close();
  expect(codes(2).length).toBeGreaterThan(0);
  expect(codes(2)).not.toContain(SHOT.ok);
  expect(errors).toEqual([]);
});
