// The journal: append-only, one JSON object a line, each carrying the SHA-256 of the line before. It is written before anything acts,
// so writes are synchronous: when `append` returns, a durable line is on the disk.
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { FiredrillError } from "../core/errors.ts";
import type { EventBody, RunEvent } from "../core/event.ts";
import { fsyncFolder } from "../util/atomic-file.ts";
import { monoMs, wallNow } from "../util/clock.ts";
import { sha256 } from "../util/digest.ts";
import { isObject, parseJson } from "../util/json.ts";
import { redactDeep } from "../util/redact.ts";

export const CHAIN_START: string = "0".repeat(64);
/** Space set aside so that undo can still be journaled when the disk fills up, bytes. */
const RESERVE_BYTES = 256 * 1024;

/** Events whose loss in a power cut would hide what was done; everything else is synced with the next of these. */
const DURABLE: ReadonlySet<EventBody["type"]> = new Set<EventBody["type"]>([
  "run.started",
  "plan.resolved",
  "step.intent",
  "step.injected",
  "step.undone",
  "step.settled",
  "step.cleaned",
  "deadman.armed",
  "aborted",
  "recover.started",
  "run.finished",
  "run.sealed",
]);

export interface Journal {
  readonly file: string;
  /** Writes one event; durable ones are on the disk when this returns. Throws JOURNAL_UNWRITABLE when it cannot be written at all. */
  readonly append: (body: EventBody) => RunEvent;
  /** Monotonic time that counts as 0. */
  readonly anchorMs: number;
  /** Milliseconds since the run's start. */
  readonly nowMs: () => number;
  /** Digest of the last line. */
  readonly head: () => string;
  readonly count: () => number;
  /** The disk ran full and the reserve was given up: end the run, undo, write nothing more than that. */
  readonly diskFull: () => boolean;
  readonly close: () => void;
}

interface JournalState {
  readonly file: string;
  readonly anchorMs: number;
  readonly seq: number;
  readonly head: string;
  readonly size: number;
}

/** Starts a new journal in an existing or new folder. `anchorMs` is the monotonic time that counts as 0. */
export function createJournal(file: string, anchorMs: number, onEvent: (event: RunEvent) => void): Journal {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(reserveOf(file), Buffer.alloc(RESERVE_BYTES, 0x2e), { mode: 0o600 });
  } catch (error) {
    rmSync(reserveOf(file), { force: true });
    throw unwritable(file, error);
  }
  return open({ file, anchorMs, seq: 0, head: CHAIN_START, size: 0 }, "ax", onEvent);
}

/** Goes on with a journal that another process left; a torn last line is cut off first. */
export function continueJournal(file: string, anchorMs: number, onEvent: (event: RunEvent) => void): Journal {
  const read = readJournal(file);
  return open({ file, anchorMs, seq: read.events.length, head: read.head, size: read.wholeBytes }, "r+", onEvent);
}

function reserveOf(file: string): string {
  return join(dirname(file), ".reserve");
}

function open(start: JournalState, flags: "ax" | "r+", onEvent: (event: RunEvent) => void): Journal {
  let handle: number;
  try {
    handle = openSync(start.file, flags, 0o600);
    ftruncateSync(handle, start.size);
    fsyncFolder(dirname(start.file));
  } catch (error) {
    throw unwritable(start.file, error);
  }
  let { seq, head, size } = start;
  let full = false;
  const nowMs = (): number => round(monoMs() - start.anchorMs);
  const write = (line: Buffer): void => {
    for (let done = 0; done < line.length; ) done += writeSync(handle, line, done, line.length - done, size + done);
  };
  return {
    file: start.file,
    anchorMs: start.anchorMs,
    nowMs,
    head: () => head,
    count: () => seq,
    diskFull: () => full,
    append: (body) => {
      const event: RunEvent = { seq, ts: wallNow().toISOString(), atMs: nowMs(), prev: head, ...redactDeep(body) };
      const text = JSON.stringify(event);
      const line = Buffer.from(`${text}\n`);
      try {
        write(line);
        if (DURABLE.has(body.type)) fsyncSync(handle);
      } catch (error) {
        // A half-written line would break the chain for everything after it.
        ftruncateSync(handle, size);
        if (full || !existsSync(reserveOf(start.file))) throw unwritable(start.file, error);
        full = true;
        rmSync(reserveOf(start.file), { force: true });
        try {
          write(line);
          fsyncSync(handle);
        } catch (again) {
          ftruncateSync(handle, size);
          throw unwritable(start.file, again);
        }
      }
      seq += 1;
      size += line.length;
      head = sha256(text);
      onEvent(event);
      return event;
    },
    close: () => {
      fsyncSync(handle);
      closeSync(handle);
      rmSync(reserveOf(start.file), { force: true });
    },
  };
}

function unwritable(file: string, cause: unknown): FiredrillError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new FiredrillError("JOURNAL_UNWRITABLE", `the journal "${file}" cannot be written: ${why}`, {
    hint: "free some space or choose another folder with --reports; nothing is broken without a journal",
    cause,
  });
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

export interface JournalRead {
  readonly events: readonly RunEvent[];
  /** Digest of the last whole line. */
  readonly head: string;
  /** First thing that does not hold, naming the line; null when the chain is whole up to its end. */
  readonly problem: string | null;
  /** The last line is `run.sealed` and counts the lines before it. */
  readonly sealed: boolean;
  /** Bytes of the lines that hold; a torn last line is not counted. */
  readonly wholeBytes: number;
}

/** Reads a journal and checks its chain. A half-written last line is what a crash leaves: it is left out and said. Never throws for content. */
export function readJournal(file: string): JournalRead {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new FiredrillError("RUN_UNKNOWN", `no journal at "${file}"`, { hint: "name a run's folder under reports/", cause: error });
  }
  const events: RunEvent[] = [];
  let head = CHAIN_START;
  let offset = 0;
  let problem: string | null = null;
  while (offset < bytes.length) {
    const end = bytes.indexOf(0x0a, offset);
    if (end < 0) {
      problem = `line ${events.length + 1} is half-written`;
      break;
    }
    const text = bytes.toString("utf8", offset, end);
    const event = parseJson(text);
    if (!isObject(event) || typeof event["type"] !== "string") {
      problem = `line ${events.length + 1} is not an event`;
      break;
    }
    if (event["seq"] !== events.length || event["prev"] !== head) {
      problem = `line ${events.length + 1} does not follow from the line before it`;
      break;
    }
    events.push(event as unknown as RunEvent);
    head = sha256(text);
    offset = end + 1;
  }
  const last = events.at(-1);
  const sealed = problem === null && last?.type === "run.sealed" && last.data.events === events.length - 1;
  return { events, head, problem, sealed, wholeBytes: offset };
}
