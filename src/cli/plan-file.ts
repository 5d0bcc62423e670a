import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { FiredrillError } from "../core/errors.ts";
import type { Plan } from "../core/event.ts";
import { planDigest } from "../runner/plan.ts";
import { writeFileAtomic } from "../util/atomic-file.ts";
import { isObject, parseJson } from "../util/json.ts";
import type { Io } from "./io.ts";

/** Writes a plan with its digest, to be read by people and by `run --plan`. */
export function writePlanFile(io: Io, file: string, plan: Plan, digest: string): void {
  writeFileAtomic(resolve(io.cwd, file), `${JSON.stringify({ firedrill: "plan/v1", digest, plan }, null, 2)}\n`, 0o644);
}

/** Digest and seed of an approved plan; the digest is computed anew, so that an edited file is not taken for the approved one. */
export async function readPlanFile(io: Io, file: string): Promise<{ readonly digest: string; readonly seed: number }> {
  let text: string;
  try {
    text = readFileSync(resolve(io.cwd, file), "utf8");
  } catch (error) {
    throw new FiredrillError("USAGE", `the plan "${file}" cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      hint: "make one with: firedrill plan --out FILE PLAYBOOK",
      cause: error,
    });
  }
  const value = parseJson(text);
  const plan = isObject(value) && isObject(value["plan"]) ? (value["plan"] as unknown as Plan) : null;
  if (!isObject(value) || plan === null || typeof value["digest"] !== "string") {
    throw new FiredrillError("USAGE", `"${file}" is not a plan`, { hint: "make one with: firedrill plan --out FILE PLAYBOOK" });
  }
  if (planDigest(plan) !== value["digest"]) {
    throw new FiredrillError("PLAN_DRIFTED", `the plan "${file}" was changed after it was made: its digest no longer holds`, {
      hint: "make and approve a new one",
    });
  }
  return { digest: value["digest"], seed: plan.seed };
}
