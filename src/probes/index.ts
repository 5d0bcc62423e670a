// THE registration point: one import and one line a kind of probe, sorted by id. How shots are fired is in shots/.
import type { ProbeKind } from "../core/probe.ts";

export const probes: readonly ProbeKind[] = [];
