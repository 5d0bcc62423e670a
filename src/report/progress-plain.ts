import { type Progress, type ProgressLine, progressLine } from "./progress.ts";

/** Where lines go. */
interface Sink {
  readonly write: (text: string) => void;
}

const MARK = { phase: "==", detail: "  ", good: "ok", bad: "!!", warn: "??" } as const;

/** One line an event with the time since the run's start: for logs, pipes and CI. `quiet` keeps phases and what is not good. */
export function plainProgress(sink: Sink, quiet: boolean): Progress {
  const write = (at: string, { kind, text }: ProgressLine): void => {
    if (quiet && (kind === "detail" || kind === "good")) return;
    sink.write(`${at.padStart(8)}  ${MARK[kind]} ${text}\n`);
  };
  return {
    event: (event) => {
      const line = progressLine(event);
      if (line !== null) write(`${(event.atMs / 1000).toFixed(2)}s`, line);
    },
    line: (line) => write("", line),
    end: async () => undefined,
  };
}

/** Nothing but one JSON object a line: the journal's own events. Samples are left out: they are in events.jsonl. */
export function jsonProgress(sink: Sink): Progress {
  return {
    event: (event) => {
      if (event.type !== "samples" && event.type !== "sentinel") sink.write(`${JSON.stringify(event)}\n`);
    },
    line: () => undefined,
    end: async () => undefined,
  };
}
