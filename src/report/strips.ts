import type { ProbeRow, RunEvent } from "../core/event.ts";
import { SHOT } from "../core/probe.ts";

/** One character stands for this much time, ms. */
const CELL_MS = 500;
const MAX_ROWS = 12;

interface Cell {
  ok: number;
  bad: number;
}

export interface Strips {
  readonly event: (event: RunEvent) => void;
  /** One line a probe row, newest at the right: █ all ok, ▒ some, ░ none ok, · not sampled. */
  readonly lines: (columns: number) => readonly string[];
}

/** The live availability strip under the progress: what the last half minute or so looked like, per probe and endpoint. */
export function liveStrips(): Strips {
  let rows: readonly ProbeRow[] = [];
  const cells = new Map<number, Map<number, Cell>>();
  let newest = 0;
  return {
    event: (event) => {
      if (event.type === "probes.started") rows = event.data.rows;
      if (event.type !== "samples") return;
      const row = rows[event.data.row];
      if (row === undefined) return;
      const strip = cells.get(row.row) ?? new Map<number, Cell>();
      cells.set(row.row, strip);
      for (const [n, code] of event.data.shots) {
        const at = Math.floor((row.t0Ms + n * row.everyMs) / CELL_MS);
        newest = Math.max(newest, at);
        if (code === SHOT.notSampled) continue;
        const cell = strip.get(at) ?? { ok: 0, bad: 0 };
        if (code === SHOT.ok) cell.ok += 1;
        else cell.bad += 1;
        strip.set(at, cell);
      }
    },
    lines: (columns) => {
      const named = rows
        .slice(0, MAX_ROWS)
        .map((row) => ({ row, name: row.endpoint === "-" ? row.probe : `${row.probe} ${row.endpoint}` }));
      const width = Math.max(0, ...named.map(({ name }) => name.length));
      const room = Math.max(10, Math.min(70, columns - width - 6));
      return named.map(({ row, name }) => {
        const strip = cells.get(row.row);
        let text = "";
        for (let at = newest - room + 1; at <= newest; at++) text += glyph(strip?.get(at));
        return `${name.padEnd(width)} ${text}`;
      });
    },
  };
}

function glyph(cell: Cell | undefined): string {
  if (cell === undefined) return "·";
  if (cell.bad === 0) return "█";
  return cell.ok === 0 ? "░" : "▒";
}
