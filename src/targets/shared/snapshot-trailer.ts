// The SHA-256 that etcd puts behind a snapshot. `snapshot status` never looks at it: a file cut short passes there with exit code 0.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { formatSize } from "../../util/size.ts";

/** What a look at the bytes of a snapshot file shows. */
export interface Trailer {
  readonly sizeBytes: number;
  /** Of the whole file, trailer included, as sha256sum prints it; empty when there is no file. */
  readonly sha256: string;
  readonly ok: boolean;
  /** One sentence: what holds, or what does not. */
  readonly detail: string;
}

const TRAILER_BYTES = 32;
/** A database is whole pages and a page is a multiple of this, so a remainder of 32 shows that a trailer is there (etcd's hasChecksum). */
const ALIGN_BYTES = 512;

/** Reads the file once and compares its trailer with the SHA-256 of everything before it. A missing file is a finding, not an error. */
export async function readTrailer(file: string, signal: AbortSignal): Promise<Trailer> {
  const info = await stat(file).catch(() => null);
  if (info === null) return { sizeBytes: 0, sha256: "", ok: false, detail: `there is no file "${file}"` };
  if (!info.isFile()) return { sizeBytes: 0, sha256: "", ok: false, detail: `"${file}" is no file` };
  const whole = createHash("sha256");
  const body = createHash("sha256");
  let held: Buffer = Buffer.alloc(0);
  let sizeBytes = 0;
  for await (const piece of createReadStream(file, { highWaterMark: 1 << 20, signal })) {
    const chunk = piece as Buffer;
    sizeBytes += chunk.length;
    whole.update(chunk);
    // The last 32 bytes seen so far may be the trailer: they are held back from the body.
    const window = Buffer.concat([held, chunk]);
    const cut = Math.max(0, window.length - TRAILER_BYTES);
    body.update(window.subarray(0, cut));
    held = window.subarray(cut);
  }
  return { sizeBytes, sha256: whole.digest("hex"), ...judged(sizeBytes, held.toString("hex"), body.digest("hex")) };
}

function judged(sizeBytes: number, trailer: string, computed: string): { readonly ok: boolean; readonly detail: string } {
  if (sizeBytes === 0) return { ok: false, detail: "the file is empty" };
  if (sizeBytes <= TRAILER_BYTES || sizeBytes % ALIGN_BYTES !== TRAILER_BYTES) {
    return {
      ok: false,
      detail: `${sizeBytes} bytes are no whole pages with a 32-byte trailer: cut short, copied from a data folder, or no snapshot`,
    };
  }
  if (trailer !== computed) {
    return {
      ok: false,
      detail: `its trailer says SHA-256 ${short(trailer)} and its content has ${short(computed)}: it was changed or cut`,
    };
  }
  return { ok: true, detail: `SHA-256 ${short(trailer)} of ${formatSize(sizeBytes)} matches the trailer` };
}

function short(digest: string): string {
  return `${digest.slice(0, 16)}…`;
}
