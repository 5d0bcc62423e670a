// Copying and searching the files of an etcd data folder, so that what was copied survives a power cut.
import { constants, createReadStream } from "node:fs";
import { chown, copyFile, lstat, mkdir, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { FiredrillError } from "../../core/errors.ts";
import { fsyncFolder } from "../../util/atomic-file.ts";

/** Bytes of all files below a folder. */
export async function treeSize(folder: string, signal: AbortSignal): Promise<number> {
  let sizeBytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    signal.throwIfAborted();
    if (entry.isFile()) sizeBytes += (await lstat(join(entry.parentPath, entry.name))).size;
  }
  return sizeBytes;
}

/** Copies folders and plain files with modes and owners; every file and folder is synced. etcd's data folder holds nothing else. */
export async function copyTree(from: string, to: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const info = await lstat(from);
  if (!info.isDirectory()) throw new FiredrillError("DATA_DIR_UNUSABLE", `"${from}" is no folder`);
  await mkdir(to, { mode: info.mode & 0o7777 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    signal.throwIfAborted();
    const source = join(from, entry.name);
    const copy = join(to, entry.name);
    if (entry.isDirectory()) await copyTree(source, copy, signal);
    else if (entry.isFile()) await copyPlainFile(source, copy);
    else
      throw new FiredrillError("DATA_DIR_UNUSABLE", `"${source}" is neither a file nor a folder`, {
        hint: "see what it is before a drill moves it",
      });
  }
  await giveSameOwner(to, info);
  fsyncFolder(to);
}

async function copyPlainFile(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  await giveSameOwner(to, await lstat(from));
  const handle = await open(to, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function giveSameOwner(path: string, owner: { readonly uid: number; readonly gid: number }): Promise<void> {
  const now = await lstat(path);
  if (now.uid !== owner.uid || now.gid !== owner.gid) await chown(path, owner.uid, owner.gid);
}

/** Offsets at which `marker` begins in a file, found chunk by chunk: a database may be larger than memory. */
export async function findOffsets(file: string, marker: Buffer, signal: AbortSignal): Promise<readonly number[]> {
  const offsets: number[] = [];
  let kept: Buffer = Buffer.alloc(0);
  let keptAt = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, signal })) {
    const window = Buffer.concat([kept, chunk as Buffer]);
    let from = 0;
    for (let at = window.indexOf(marker); at !== -1; at = window.indexOf(marker, from)) {
      offsets.push(keptAt + at);
      from = at + marker.length;
    }
    // An occurrence may begin in the last bytes of this window and end in the next.
    const keepFrom = Math.max(from, window.length - marker.length + 1);
    kept = window.subarray(keepFrom);
    keptAt += keepFrom;
  }
  return offsets;
}

/** Flips the lowest bit of the byte at each offset, in place, and syncs the file. */
export async function flipBits(file: string, offsets: readonly number[]): Promise<void> {
  const handle = await open(file, "r+");
  try {
    const byte = Buffer.alloc(1);
    for (const offset of offsets) {
      await handle.read(byte, 0, 1, offset);
      byte.writeUInt8(byte.readUInt8(0) ^ 1, 0);
      await handle.write(byte, 0, 1, offset);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}
