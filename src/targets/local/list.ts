import { bootId, isAlive, residentBytes } from "../../util/process-identity.ts";
import { readState } from "./state-file.ts";
import { readTargetFile, targetDir, targetNames, targetPaths } from "./target-file.ts";

export interface LocalTargetInfo {
  readonly name: string;
  readonly dir: string;
  /** Wall clock, ISO 8601. */
  readonly createdAt: string;
  readonly members: number;
  readonly throwAway: boolean;
  readonly supervisor: "running" | "gone";
  readonly etcdVersion: string;
  /** Resident memory of the supervisor and the members that run; null when none does. */
  readonly memoryBytes: number | null;
}

/** The targets under `home`, by name. Reads files only: it answers even when a supervisor does not. */
export async function listLocal(home: string): Promise<readonly LocalTargetInfo[]> {
  return targetNames(home).flatMap((name): readonly LocalTargetInfo[] => {
    const dir = targetDir(home, name);
    const paths = targetPaths(dir);
    const state = readState(paths.stateFile);
    const noted = state === null || state.bootId !== bootId() ? null : state;
    const members = noted?.members.flatMap(({ process }) => (process === null ? [] : [process])) ?? [];
    const alive = [...members, ...(noted === null ? [] : [noted.supervisor])].filter(({ pid, startTime }) => isAlive(pid, startTime));
    try {
      const target = readTargetFile(paths.targetFile);
      return [
        {
          name,
          dir,
          createdAt: target.createdAt,
          members: target.members.length,
          throwAway: target.throwAway,
          supervisor: noted !== null && isAlive(noted.supervisor.pid, noted.supervisor.startTime) ? "running" : "gone",
          etcdVersion: target.tools.version,
          memoryBytes: alive.length === 0 ? null : alive.reduce((sum, { pid }) => sum + (residentBytes(pid) ?? 0), 0),
        },
      ];
    } catch {
      // Taken down between the two looks, or of another version: not one that can be used.
      return [];
    }
  });
}
