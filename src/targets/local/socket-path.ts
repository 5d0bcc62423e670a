import { lstatSync, mkdirSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { FiredrillError } from "../../core/errors.ts";
import { sha256 } from "../../util/digest.ts";

/** A socket's path must fit sun_path of 108 bytes with its final zero (unix(7)). */
const MAX_PATH_BYTES = 107;

/** Where a target's control socket goes: a short path in a folder of our own, whatever the length of the target's own path. */
export function socketPath(targetDir: string): string {
  const name = join(`firedrill-${userInfo().uid}`, `${sha256(targetDir).slice(0, 16)}.sock`);
  const path = join(tmpdir(), name);
  return Buffer.byteLength(path) <= MAX_PATH_BYTES ? path : join("/tmp", name);
}

/** Makes the folder of a control socket, or sees that the one there is ours. */
export function makeSocketFolder(socket: string): void {
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
  requirePrivateFolder(socket);
}

/** Throws unless a socket's folder is one of ours that nobody else can enter: whoever can put a socket there can pretend to be a supervisor. */
export function requirePrivateFolder(socket: string): void {
  const folder = dirname(socket);
  const found = lstatSync(folder);
  if (found.isDirectory() && found.uid === userInfo().uid && (found.mode & 0o077) === 0) return;
  throw new FiredrillError("DATA_DIR_UNUSABLE", `"${folder}" is not a private folder of yours, so its control sockets are not used`, {
    hint: "remove it, or set TMPDIR to a folder of your own",
  });
}

/** Takes a socket away, and its folder when it was the last in it. */
export function removeSocket(socket: string): void {
  rmSync(socket, { force: true });
  try {
    rmdirSync(dirname(socket));
  } catch {
    // Other targets' sockets are in it, or it is gone already.
  }
}
