// THE registration point: one import and one line a drill, sorted by id.
import type { Drill } from "../core/drill.ts";

export const drills: readonly Drill[] = [];
