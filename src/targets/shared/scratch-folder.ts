import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pid } from "node:process";
import { isAlive, processStartTime } from "../../util/process-identity.ts";
import { randomHex } from "../../util/random.ts";

export interface ScratchFolder extends AsyncDisposable {
  readonly path: string;
}

const NAME = /^scratch-(\d+)-(\d+)-[0-9a-f]+$/;

/** A folder that goes away with its scope. The name says whose it is, so what a killed runner left is removed by the next one. */
export async function openScratchFolder(parent: string): Promise<ScratchFolder> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await sweep(parent);
  const path = join(parent, `scratch-${pid}-${processStartTime(pid) ?? "0"}-${randomHex(4)}`);
  await mkdir(path, { mode: 0o700 });
  return { path, [Symbol.asyncDispose]: async () => rm(path, { recursive: true, force: true }) };
}

async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const match = NAME.exec(name);
    if (match !== null && !isAlive(Number(match[1]), match[2] ?? "")) await rm(join(parent, name), { recursive: true, force: true });
  }
}
