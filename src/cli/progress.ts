import type { Progress } from "../report/progress.ts";
import type { Io } from "./io.ts";

/** The progress display that fits: JSON when asked, a live view on a terminal, plain lines elsewhere. */
export async function openProgress(io: Io, options: { readonly json: boolean; readonly quiet: boolean }): Promise<Progress> {
  if (options.json) return (await import("../report/progress-plain.ts")).jsonProgress(io.stdout);
  if (io.isTTY && !options.quiet) return (await import("../report/progress-tty.ts")).ttyProgress(io.stdout.columns);
  return (await import("../report/progress-plain.ts")).plainProgress(io.stdout, options.quiet);
}
