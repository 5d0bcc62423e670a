import type { Socket } from "node:net";
import { monoMs, sleep } from "../../util/clock.ts";
import type { Link } from "./links.ts";

/** A direction of one connection stops reading when it holds this much; TCP then slows the sender down. */
const MAX_HELD_BYTES = 1024 * 1024;

interface Chunk {
  readonly bytes: Buffer;
  readonly arrivedMs: number;
  dueMs: number;
}

export interface Pipe extends Disposable {
  /** The link was cut, healed, slowed or sped up. */
  readonly changed: () => void;
}

/**
 * Carries bytes from `source` to `sink` as the link allows, in order. While the link is cut nothing is read and nothing is written, and
 * both ends stay open: to the two processes the network has gone silent.
 */
export function openPipe(source: Socket, sink: Socket, link: Link): Pipe {
  let held: Chunk[] = [];
  let heldBytes = 0;
  let ended = false;
  let pumping = false;
  let closed = false;
  let full = false;
  let waiting: AbortController | null = null;

  /** Reads on, unless something speaks against it. */
  const flow = (): void => {
    if (closed) return;
    if (link.isCut() || full || heldBytes >= MAX_HELD_BYTES) source.pause();
    else source.resume();
  };
  const mayWrite = (): boolean => !closed && !full && !link.isCut();
  const write = (bytes: Buffer, arrivedMs: number): void => {
    link.carried(bytes.length, monoMs() - arrivedMs);
    if (!sink.write(bytes)) full = true;
  };
  const finish = (): void => {
    if (ended && held.length === 0 && !link.isCut() && !sink.writableEnded) sink.end();
  };
  const pump = async (): Promise<void> => {
    if (pumping) return;
    pumping = true;
    for (let head = held[0]; head !== undefined && mayWrite(); head = held[0]) {
      const earlyMs = head.dueMs - monoMs();
      if (earlyMs > 0) {
        waiting = new AbortController();
        // Woken when the link changes: what was due in a minute may then be due now.
        await sleep(earlyMs, waiting.signal).catch(() => undefined);
        continue;
      }
      held.shift();
      heldBytes -= head.bytes.length;
      write(head.bytes, head.arrivedMs);
    }
    pumping = false;
    flow();
    finish();
  };
  source.on("data", (bytes: Buffer) => {
    const arrivedMs = monoMs();
    if (held.length === 0 && link.isClear() && !full) {
      write(bytes, arrivedMs);
      if (full) flow();
      return;
    }
    if (link.isCut()) link.blocked();
    held.push({ bytes, arrivedMs, dueMs: link.dueMs(bytes.length) });
    heldBytes += bytes.length;
    flow();
    void pump();
  });
  source.on("end", () => {
    ended = true;
    finish();
  });
  sink.on("drain", () => {
    full = false;
    flow();
    void pump();
  });
  return {
    changed: () => {
      if (!link.isCut()) {
        // Under the new settings nothing already held may be later than it would be if it arrived now, nor earlier than its turn.
        for (const chunk of held) chunk.dueMs = Math.min(chunk.dueMs, link.dueMs(chunk.bytes.length));
      }
      waiting?.abort();
      flow();
      void pump();
    },
    [Symbol.dispose]: () => {
      closed = true;
      waiting?.abort();
      held = [];
      heldBytes = 0;
    },
  };
}
