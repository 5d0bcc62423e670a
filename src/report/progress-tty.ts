// The live view on a terminal. Sole importer of listr2, which only draws: it controls nothing, catches no signal and rolls nothing back.
import { Listr } from "listr2";
import { type Progress, type ProgressLine, progressLine } from "./progress.ts";
import { liveStrips } from "./strips.ts";

const REDRAW_EVERY_MS = 250;

/** What a phase's task shows; listr2's wrapper has these two. */
interface Drawn {
  title: string;
  output: string;
}

interface Phase {
  readonly title: string;
  readonly finish: (ok: boolean) => void;
  drawn: Drawn | null;
  last: string;
  ok: boolean;
}

/** One listr2 task for each phase of the run, what happens now below it, and a live strip of each probe. */
export function ttyProgress(columns: number): Progress {
  const strips = liveStrips();
  let phase: Phase | null = null;
  let drawing: Promise<unknown> = Promise.resolve();
  let drawnAtMs = 0;
  const draw = (): void => {
    if (phase?.drawn == null) return;
    const lines = [phase.last === "" ? "…" : phase.last.slice(0, columns - 6), ...strips.lines(columns)];
    phase.drawn.output = lines.join("\n");
  };
  const begin = (title: string): void => {
    phase?.finish(phase.ok);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const next: Phase = { title, finish: resolve, drawn: null, last: "", ok: true };
    phase = next;
    drawing = drawing.then(() => drawPhase(next, promise, draw));
  };
  const show = ({ kind, text }: ProgressLine): void => {
    if (kind === "phase" || phase === null) return begin(text);
    phase.last = kind === "bad" ? `✗ ${text}` : kind === "warn" ? `! ${text}` : text;
    if (kind === "bad") phase.ok = false;
    draw();
    return undefined;
  };
  return {
    event: (event) => {
      strips.event(event);
      const line = progressLine(event);
      if (line !== null) show(line);
      else if (event.type === "samples" && event.atMs - drawnAtMs > REDRAW_EVERY_MS) {
        drawnAtMs = event.atMs;
        draw();
      }
    },
    line: show,
    end: async () => {
      phase?.finish(phase.ok);
      await drawing;
    },
  };
}

async function drawPhase(phase: Phase, done: Promise<boolean>, draw: () => void): Promise<void> {
  await new Listr(
    [
      {
        title: phase.title,
        rendererOptions: { outputBar: 1, persistentOutput: false },
        task: async (_context, wrapper): Promise<void> => {
          phase.drawn = wrapper;
          draw();
          const ok = await done;
          // What went on below it goes away with its phase; a failure keeps its sentence.
          if (!ok) wrapper.title = `${phase.title} - ${phase.last}`;
          if (!ok) throw new Error(phase.last);
        },
      },
    ],
    { exitOnError: false, registerSignalListeners: false, rendererOptions: { showErrorMessage: false, collapseErrors: false } },
  ).run();
}
