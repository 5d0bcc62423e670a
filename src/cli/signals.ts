import { RunAborted } from "../runner/abort.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The first signal asks the command to end and undo; a second one says that undoing is not skipped. Nothing here ends the process. */
export function listenForSignals(say: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  let count = 0;
  for (const name of SIGNALS) {
    process.on(name, () => {
      count += 1;
      if (count === 1) {
        say(`\n${name}: ending the run and undoing what is still in…\n`);
        controller.abort(new RunAborted("signal", `interrupted by ${name}`));
      } else {
        say(
          count === 2
            ? "Still undoing; a second signal does not skip that. To leave anyway: kill -9 this process, then run: firedrill recover\n"
            : "Still undoing.\n",
        );
      }
    });
  }
  return controller.signal;
}
