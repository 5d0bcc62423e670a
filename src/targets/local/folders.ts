import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { errorLine, FiredrillError } from "../../core/errors.ts";

/** Throws DATA_DIR_UNUSABLE unless the folder, or the nearest one above it that exists, is ours and can be written. */
export function requireOwnFolder(folder: string): void {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const { uid } = statSync(there);
  if (uid !== userInfo().uid) {
    throw new FiredrillError("DATA_DIR_UNUSABLE", `"${there}" belongs to ${userName(uid)}, not to you (${userInfo().username})`, {
      hint: `use a folder of your own, or give it to you: chown -R ${userInfo().username} ${there}`,
    });
  }
  requireWritable(there);
}

/** Makes a folder and those above it for this user alone. Throws DATA_DIR_UNUSABLE naming the one in the way and its owner. */
export function makeFolder(folder: string): void {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  requireWritable(there);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new FiredrillError("DATA_DIR_UNUSABLE", `"${folder}" cannot be made: ${errorLine(error)}`, {
      hint: "choose another home folder with FIREDRILL_HOME",
      cause: error,
    });
  }
}

function requireWritable(folder: string): void {
  if (!statSync(folder).isDirectory()) {
    throw new FiredrillError("DATA_DIR_UNUSABLE", `"${folder}" is a file, and a folder is needed there`, {
      hint: "move the file away, or choose another folder",
    });
  }
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    const owner = userName(statSync(folder).uid);
    throw new FiredrillError("DATA_DIR_UNUSABLE", `"${folder}" cannot be written by you (${userInfo().username}); it belongs to ${owner}`, {
      hint: `choose another home folder with FIREDRILL_HOME, or have ${owner} give you access`,
      cause: error,
    });
  }
}

/** The name of a user as /etc/passwd has it, else the number. */
export function userName(uid: number): string {
  try {
    const line = readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .find((each) => each.split(":")[2] === String(uid));
    return line?.split(":")[0] ?? `user ${uid}`;
  } catch {
    return `user ${uid}`;
  }
}
