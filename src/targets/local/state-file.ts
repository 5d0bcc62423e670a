// Which processes a supervisor started: what lets somebody else clean up after a supervisor that was killed.
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { writeFileAtomic } from "../../util/atomic-file.ts";
import { parseJson } from "../../util/json.ts";

const processSchema = z.strictObject({ pid: z.number().int(), startTime: z.string() });

const stateSchema = z.strictObject({
  bootId: z.string(),
  supervisor: processSchema,
  members: z.array(
    z.strictObject({
      name: z.string(),
      /** What it was last told to be. A member that crashed stays "up" here and down in fact. */
      desired: z.enum(["up", "down"]),
      process: processSchema.nullable(),
    }),
  ),
});

export type SupervisorState = z.output<typeof stateSchema>;

/** What the supervisor last wrote; null when there is nothing that can be read. */
export function readState(file: string): SupervisorState | null {
  if (!existsSync(file)) return null;
  const parsed = stateSchema.safeParse(parseJson(readFileSync(file, "utf8")));
  return parsed.success ? parsed.data : null;
}

export function writeState(file: string, state: SupervisorState): void {
  writeFileAtomic(file, `${JSON.stringify(state)}\n`);
}
