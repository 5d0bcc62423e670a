import type { LookContext } from "../../core/drill.ts";
import { FiredrillError } from "../../core/errors.ts";
import { isObject } from "../../util/json.ts";

export interface RestoreOptions {
  readonly bumpRevision: number;
  readonly markCompacted: boolean;
}

/** The snapshot a step restores: what an earlier step of the run produced, or a file named by its path. */
export function snapshotFile(context: LookContext, from: string, options: RestoreOptions): string {
  if (options.bumpRevision > 0 && !options.markCompacted) {
    throw new FiredrillError("PLAYBOOK_INVALID", "etcd raises the revision of a restore only together with markCompacted", {
      hint: "leave markCompacted at true, or set bumpRevision: 0",
    });
  }
  const output = context.output(from);
  if (isObject(output) && typeof output["file"] === "string") return output["file"];
  if (output !== undefined && output !== null) {
    throw new FiredrillError("PLAYBOOK_INVALID", `step "${from}" takes no snapshot`, { hint: "name a step with the drill etcd-snapshot" });
  }
  if (from.includes("/")) return from;
  throw new FiredrillError("PLAYBOOK_INVALID", `"${from}" is neither an earlier step nor a path`, {
    hint: "name the step that takes the snapshot, or give a path with a slash in it",
  });
}
