// An independent prober: etcd's JSON gateway over HTTPS, a put to every member each 20 ms, none of Firedrill's code. It knows only
// when each put was acknowledged.
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";

export interface ProberTarget {
  readonly members: readonly { readonly name: string; readonly clientUrl: string }[];
  readonly tls: { readonly caFile: string; readonly certFile: string; readonly keyFile: string };
}

export interface Prober extends AsyncDisposable {
  /** Acknowledgement times on the machine's monotonic clock, ms, ascending. */
  readonly acks: () => readonly number[];
  /** How late the prober's own ticks were at worst around a moment, ms: what it saw then may be late by as much. */
  readonly lagAround: (ms: number) => number;
}

const EVERY_MS = 20;
const DEADLINE_MS = 1000;
const TICK_MS = 2;

const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export function startProber(target: ProberTarget): Prober {
  const tls = { ca: readFileSync(target.tls.caFile), cert: readFileSync(target.tls.certFile), key: readFileSync(target.tls.keyFile) };
  const agents = new Map(target.members.map(({ name }) => [name, new Agent({ keepAlive: true, maxSockets: 100, ...tls })]));
  const acks: number[] = [];
  const body = JSON.stringify({ key: Buffer.from("/independent/probe").toString("base64"), value: Buffer.from("x").toString("base64") });
  const shoot = (name: string, url: string): void => {
    const call = request(
      `${url}/v3/kv/put`,
      {
        method: "POST",
        agent: agents.get(name),
        timeout: DEADLINE_MS,
        headers: { "content-type": "application/json", "content-length": String(body.length) },
      },
      (response) => {
        response.resume();
        response.on("end", () => {
          if (response.statusCode === 200) acks.push(nowMs());
        });
        response.on("error", () => undefined);
      },
    );
    call.on("error", () => undefined);
    call.on("timeout", () => call.destroy());
    call.end(body);
  };
  const t0 = nowMs();
  let n = 0;
  // Each member every 20 ms, one after the other.
  const turnMs = EVERY_MS / target.members.length;
  const ticks: number[] = [];
  const timer = setInterval(() => {
    ticks.push(nowMs());
    for (; t0 + n * turnMs <= nowMs(); n++) {
      const member = target.members[n % target.members.length];
      if (member !== undefined) shoot(member.name, member.clientUrl);
    }
  }, TICK_MS);
  return {
    acks: () => acks.toSorted((a, b) => a - b),
    lagAround: (ms) => {
      const near = ticks.filter((at) => Math.abs(at - ms) < 200);
      return Math.max(0, ...near.slice(1).map((at, index) => at - (near[index] ?? at) - TICK_MS));
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** The longest pause between acknowledgements that ends after `fromMs`. */
export function longestGap(acks: readonly number[], fromMs: number): { readonly fromMs: number; readonly toMs: number } {
  let best = { fromMs: 0, toMs: 0 };
  for (const [index, toMs] of acks.entries()) {
    const before = acks[index - 1];
    if (before !== undefined && toMs > fromMs && toMs - before > best.toMs - best.fromMs) best = { fromMs: before, toMs };
  }
  return best;
}
