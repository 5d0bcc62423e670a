import type { ProbeRow } from "../core/event.ts";
import type { ProbeKind, ProbeSpec } from "../core/probe.ts";
import type { Connection } from "../core/target.ts";
import { tenths } from "./protocol.ts";

export interface PlannedRow extends ProbeRow {
  readonly params: ProbeSpec["params"];
}

/**
 * A row for each probe and, of per-member kinds, each member. The members of one probe are asked in turn, spread evenly over the interval:
 * the row that is up when any member answers then sees an interruption's end sooner than each member alone, and no burst of equal
 * questions adds to its own latency.
 */
export function planRows(
  probes: readonly ProbeSpec[],
  kinds: readonly ProbeKind[],
  connection: Connection,
  firstT0Ms: number,
): readonly PlannedRow[] {
  const rows: PlannedRow[] = [];
  for (const [index, probe] of probes.entries()) {
    const kind = kinds.find((each) => each.id === probe.type);
    const endpoints = kind?.rows === "per-member" ? connection.members.map((member) => member.name) : ["-"];
    // Probes start a little apart, so that those of equal rate do not all fire in the same millisecond.
    const probeT0Ms = firstT0Ms + ((index * STAGGER_MS) % probe.everyMs);
    for (const [turn, endpoint] of endpoints.entries()) {
      rows.push({
        row: rows.length,
        probe: probe.id,
        type: probe.type,
        endpoint,
        everyMs: probe.everyMs,
        deadlineMs: probe.deadlineMs,
        t0Ms: tenths(probeT0Ms + (turn * probe.everyMs) / endpoints.length),
        params: probe.params,
      });
    }
  }
  return rows;
}

const STAGGER_MS = 3;
