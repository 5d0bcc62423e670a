// Looks at the cluster five times a second from the first fault on, and journals the moments at which redundancy was lost and
// restored and the data was first found whole.
import { errorLine } from "../core/errors.ts";
import type { EventBody, SentinelCheck, SentinelWrite } from "../core/event.ts";
import type { Target } from "../core/target.ts";
import { CAUGHT_UP_ENTRIES, type ClusterView } from "../core/view.ts";
import { backwardsText } from "../measure/words.ts";
import { checkSentinel } from "../probes/sentinel-check.ts";
import { deadline, sleep } from "../util/clock.ts";
import { appendIfPossible } from "./acts.ts";
import type { Journal } from "./journal.ts";

const LOOK_EVERY_MS = 200;
/** Pause between two data checks while they do not hold yet, ms. */
const CHECK_EVERY_MS = 1000;
const CHECK_BUDGET_MS = 15_000;

export interface Watch extends AsyncDisposable {
  /** A fault goes in now: recovery is to be observed anew. */
  readonly fault: () => void;
  /** The fault is in: from here on, what is seen is its effect or its recovery. */
  readonly injected: () => void;
  readonly redundant: () => boolean;
  readonly dataVerified: () => boolean;
  /** Why the data will never be found whole, when that is certain: no waiting changes it. */
  readonly hopeless: () => string | null;
  /** One sentence on what is missing; for the message when waiting ends in vain. */
  readonly missing: () => string;
}

export interface WatchOptions {
  readonly target: Target;
  readonly journal: Journal;
  readonly expectedVoters: number;
  readonly sentinel: { readonly prefix: string; readonly everyMs: number } | null;
  /** Writes settled so far. */
  readonly writes: () => readonly SentinelWrite[];
}

export function watchCluster(options: WatchOptions): Watch {
  const ending = new AbortController();
  let armed = false;
  let lost = false;
  let redundant = true;
  let verified = true;
  let hopeless: string | null = null;
  let missing = "nothing";
  let nextCheckMs = 0;
  const observed = (
    what: Extract<EventBody, { type: "observed" }>["data"]["what"],
    ok: boolean,
    detail: string,
    atMs: number,
    resolutionMs: number,
  ): void => appendIfPossible(options.journal, { type: "observed", data: { what, ok, detail, atMs, resolutionMs } });

  const look = async (): Promise<void> => {
    const atMs = options.journal.nowMs();
    const view = await options.target.look(ending.signal);
    if (!armed) return;
    const problem = redundancyProblem(view, options.expectedVoters);
    if (problem !== null && !lost) {
      lost = true;
      redundant = false;
      observed("redundancyLost", false, problem, atMs, LOOK_EVERY_MS);
    } else if (problem === null && (lost || !redundant)) {
      lost = false;
      redundant = true;
      observed(
        "redundancyRestored",
        true,
        `${options.expectedVoters} voters answer, agree on leader ${view.leader ?? "?"} and are caught up`,
        atMs,
        LOOK_EVERY_MS,
      );
    }
    if (problem !== null) missing = problem;
    if (!verified && hopeless === null && view.leader !== null && atMs >= nextCheckMs) await check(view);
  };

  const check = async (view: ClusterView): Promise<void> => {
    const startedMs = options.journal.nowMs();
    nextCheckMs = startedMs + CHECK_EVERY_MS;
    const result = await checkData(options, view, ending.signal);
    const problem = dataProblem(result);
    if (problem !== null) {
      missing = problem;
      if (result.wentBackwards || result.mismatched > 0) hopeless = problem;
      return;
    }
    verified = true;
    appendIfPossible(options.journal, { type: "data.checked", data: result });
    // Known only at the end of the check, and it may have waited for a leader in between: the end counts.
    const endedMs = options.journal.nowMs();
    observed(
      "dataVerified",
      true,
      `${result.acked} acknowledged writes checked, ${result.lost} lost; key spaces agree`,
      endedMs,
      endedMs - startedMs,
    );
  };

  const loop = (async () => {
    while (!ending.signal.aborted) {
      try {
        await look();
        await sleep(LOOK_EVERY_MS, ending.signal);
      } catch (error) {
        if (ending.signal.aborted) return;
        missing = errorLine(error);
        await sleep(LOOK_EVERY_MS, ending.signal).catch(() => undefined);
      }
    }
  })();

  return {
    fault: () => {
      armed = false;
    },
    injected: () => {
      lost = false;
      redundant = false;
      verified = options.sentinel === null;
      nextCheckMs = 0;
      armed = true;
    },
    redundant: () => redundant,
    dataVerified: () => verified,
    hopeless: () => hopeless,
    missing: () => missing,
    [Symbol.asyncDispose]: async () => {
      ending.abort(new Error("the run is over"));
      await loop;
    },
  };
}

/** What keeps the cluster from having its full redundancy; null when nothing does. */
export function redundancyProblem(view: ClusterView, expectedVoters: number): string | null {
  const voters = view.members.filter((member) => !member.learner && member.id !== null);
  if (voters.length !== expectedVoters) return `${voters.length} of ${expectedVoters} voting members`;
  const silent = voters.find((member) => !member.answers);
  if (silent !== undefined) return `member ${silent.name} does not answer`;
  if (view.leader === null) return "no leader that all agree on";
  const astray = voters.find((member) => member.believesLeader !== view.leader);
  if (astray !== undefined) return `member ${astray.name} does not follow leader ${view.leader}`;
  const newest = Math.max(...voters.map((member) => member.raftIndex ?? 0));
  const behind = voters.find((member) => newest - (member.raftIndex ?? 0) > CAUGHT_UP_ENTRIES);
  if (behind !== undefined) return `member ${behind.name} is ${newest - (behind.raftIndex ?? 0)} raft entries behind`;
  const alarmed = voters.find((member) => member.alarms.length > 0);
  return alarmed === undefined ? null : `alarm ${alarmed.alarms.join(", ")} on ${alarmed.name}`;
}

/** Checks every sentinel write so far against the cluster, and the members' key spaces against each other. */
export async function checkData(
  options: Pick<WatchOptions, "target" | "sentinel" | "writes">,
  view: ClusterView,
  signal: AbortSignal,
): Promise<SentinelCheck> {
  using budget = deadline("checking the data", CHECK_BUDGET_MS, signal);
  return checkSentinel(
    {
      etcd: options.target.etcd,
      members: view.members.filter((member) => member.answers && !member.learner).map((member) => member.name),
      prefix: options.sentinel?.prefix ?? "",
      writes: options.sentinel === null ? [] : options.writes(),
      everyMs: options.sentinel?.everyMs ?? 0,
    },
    budget.signal,
  );
}

/** Why data cannot be called verified; lost writes are counted, not a reason. */
export function dataProblem(check: SentinelCheck): string | null {
  if (!check.complete) return check.problem ?? "the data check did not finish";
  if (check.wentBackwards) return backwardsText(check);
  if (check.mismatched > 0) return `${check.mismatched} writes are present with another value or revision`;
  return check.hashesAgree ? null : "the members' key spaces differ";
}
