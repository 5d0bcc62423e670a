import type { ProbeRow } from "../core/event.ts";
import type { ProbeKind, ProbeSpec } from "../core/probe.ts";
import type { Connection } from "../core/target.ts";
import { tenths } from "./protocol.ts";

export interface PlannedRow extends ProbeRow {
  readonly params: ProbeSpec["params"];
}

/** A row for each probe and, of per-member kinds, each member. All rows of one probe share t0, so that their shots can be compared. */
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
    const t0Ms = tenths(firstT0Ms + ((index * STAGGER_MS) % probe.everyMs));
    for (const endpoint of endpoints) {
      rows.push({
        row: rows.length,
        probe: probe.id,
        type: probe.type,
        endpoint,
        everyMs: probe.everyMs,
        deadlineMs: probe.deadlineMs,
        t0Ms,
        params: probe.params,
      });
    }
  }
  return rows;
}

const STAGGER_MS = 3;
