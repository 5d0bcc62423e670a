/** Why a run was ended before its method was done. Travels as the reason of the run's abort signal. */
export class RunAborted extends Error {
  readonly by: "signal" | "stop" | "guard";
  constructor(by: "signal" | "stop" | "guard", reason: string) {
    super(reason);
    this.name = "RunAborted";
    this.by = by;
  }
}
