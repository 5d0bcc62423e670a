import type { ShotCode } from "../../core/probe.ts";
import type { Connection } from "../../core/target.ts";

export interface ShotContext {
  readonly connection: Connection;
  /** The member this row is about; "-" for a row without one. */
  readonly endpoint: string;
  readonly deadlineMs: number;
  readonly expectedVoters: number;
  /** A key of this row's own; more keys may follow under it after a slash. */
  readonly key: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Fires the shots of one row, on connections of its own. */
export interface Shooter extends Disposable {
  /** One shot, settled within the row's deadline. A rejection is a failed shot, and is classified as an etcd error. */
  readonly fire: (n: number) => Promise<ShotCode>;
}
