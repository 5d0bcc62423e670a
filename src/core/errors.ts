/** Every expected failure's code. Documented in docs/errors.md; never reused for something else. */
export const ERROR_CODES = {
  USAGE: "The command line is wrong.",
  PLAYBOOK_INVALID: "A playbook has problems; each is listed with its place.",
  PLAYBOOK_UNREADABLE: "A playbook file is missing, too large, binary or not UTF-8.",
  TARGET_UNKNOWN: "No target of that name or type.",
  TARGET_EXISTS: "A target of that name is already up.",
  TARGET_UNREACHABLE: "The target's supervisor or members do not answer.",
  TARGET_FAILED_TO_START: "A member did not come up in time.",
  TARGET_LACKS_CAPABILITY: "The target cannot do what the playbook asks for.",
  PORT_TAKEN: "A port that was asked for is in use.",
  DATA_DIR_UNUSABLE: "A folder is missing, not ours, or cannot be written.",
  TOOL_MISSING: "A program that is needed is not on this machine.",
  TOOL_FAILED: "A program ended with an error.",
  DOWNLOAD_FAILED: "A program could not be fetched, or its checksum differs.",
  NOTHING_PICKED: "A role such as leader or follower fits no member now.",
  GUARD_REFUSED: "A guard refuses the run, or stopped it.",
  NOT_STEADY: "The cluster was not healthy before the drill.",
  LOCKED: "Another run holds this cluster.",
  PLAN_DRIFTED: "The live target no longer matches the approved plan.",
  JOURNAL_UNWRITABLE: "The journal cannot be written; nothing is broken without one.",
  JOURNAL_DAMAGED: "The journal's chain does not hold.",
  LEFT_BROKEN: "Something a drill broke could not be put back.",
  SNAPSHOT_INVALID: "A snapshot fails a step of the verify ladder.",
  ETCD_CALL_FAILED: "An etcd API call failed.",
  TIMED_OUT: "Something took longer than its deadline.",
  RUN_UNKNOWN: "No run of that id.",
  INTERRUPTED: "The run was interrupted and undone.",
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorOptions_ {
  /** What to do next, in the imperative. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** A failure we expect: what happened (with the value in quotes), and what to do next. Anything else that is thrown is a bug. */
export class FiredrillError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  constructor(code: ErrorCode, message: string, options: ErrorOptions_ = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "FiredrillError";
    this.code = code;
    this.hint = options.hint;
  }
}

/** One line for a log or a journal: the message and the code of an expected error, the bare message of any other. */
export function errorLine(error: unknown): string {
  if (error instanceof FiredrillError) return `${error.message} (${error.code})`;
  if (error instanceof Error) return error.message;
  return String(error);
}
