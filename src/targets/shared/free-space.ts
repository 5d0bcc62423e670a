import { statfs } from "node:fs/promises";
import { FiredrillError } from "../../core/errors.ts";
import { formatSize } from "../../util/size.ts";

/** Throws DATA_DIR_UNUSABLE unless the file system of `folder` has room for `neededBytes`, with numbers. */
export async function requireSpace(folder: string, neededBytes: number): Promise<void> {
  const fs = await statfs(folder);
  const freeBytes = fs.bavail * fs.bsize;
  if (freeBytes >= neededBytes) return;
  throw new FiredrillError("DATA_DIR_UNUSABLE", `"${folder}" has ${formatSize(freeBytes)} free and ${formatSize(neededBytes)} are needed`, {
    hint: "free some space on that file system, or use a home folder on another one",
  });
}
