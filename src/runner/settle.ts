import type { Playbook } from "../core/playbook.ts";
import { deadline, sleep } from "../util/clock.ts";
import { formatDuration } from "../util/duration.ts";
import { appendIfPossible } from "./acts.ts";
import type { Journal } from "./journal.ts";
import type { Live } from "./live.ts";
import type { Watch } from "./watch.ts";

/** After an abort only redundancy is waited for, this long, ms: nobody asked for a measurement any more. */
const ABORTED_WAIT_MS = 30_000;

export interface SettleOptions {
  readonly playbook: Playbook;
  readonly watch: Watch;
  readonly live: Live;
  readonly journal: Journal;
  readonly aborted: boolean;
}

/** Waits until everything is recovered and has been for the hold window, then soaks. Gives up after `recoverWithin` and says what is missing. */
export async function settleDown(options: SettleOptions): Promise<void> {
  const { playbook, watch, journal, aborted } = options;
  const waitMs = aborted ? Math.min(ABORTED_WAIT_MS, playbook.after.recoverWithinMs) : playbook.after.recoverWithinMs;
  using budget = deadline("recovery", waitMs);
  const missing = (): string | null => {
    if (!watch.redundant()) return `redundancy: ${watch.missing()}`;
    if (aborted) return null;
    // What is lost for good is a finding; waiting for it is not.
    if (!watch.dataVerified() && watch.hopeless() === null) return `data: ${watch.missing()}`;
    const nowMs = journal.nowMs();
    const needed = neededProbes(playbook);
    for (const { probe } of options.live.probes().filter((live) => needed.has(live.probe))) {
      const since = options.live.goodSinceMs(probe, nowMs);
      if (since === null) return `probe "${probe}" is down`;
      // A failure is known only when its deadline has passed: hold that much longer.
      if (nowMs - since < playbook.after.recoveredForMs + deadlineOf(playbook, probe))
        return `probe "${probe}" has not held for ${formatDuration(playbook.after.recoveredForMs)} yet`;
    }
    return null;
  };
  for (;;) {
    const waitingFor = missing();
    if (waitingFor === null) break;
    if (budget.signal.aborted) {
      appendIfPossible(journal, {
        type: "note",
        data: { kind: "deviation", text: `not recovered within ${formatDuration(waitMs)}: ${waitingFor}` },
      });
      return;
    }
    await sleep(100, budget.signal).catch(() => undefined);
  }
  if (!aborted) await soak(options);
}

async function soak({ playbook, journal }: SettleOptions): Promise<void> {
  appendIfPossible(journal, { type: "hold", data: { step: "soak", plannedMs: playbook.after.soakMs } });
  using budget = deadline("the soak", playbook.after.soakMs + 60_000);
  await sleep(playbook.after.soakMs, budget.signal);
}

/** Probes that an objective binds; without any, all of them. */
function neededProbes(playbook: Playbook): ReadonlySet<string> {
  const named = playbook.objectives.flatMap((objective) => objective.probes);
  return new Set(named.length > 0 ? named : playbook.probes.map((probe) => probe.id));
}

function deadlineOf(playbook: Playbook, probe: string): number {
  return playbook.probes.find(({ id }) => id === probe)?.deadlineMs ?? 1000;
}
