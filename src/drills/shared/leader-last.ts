import type { ClusterView } from "../../core/view.ts";

/** The names with the leader's at the end: what blocks a member for a moment should move leadership at most once. */
export function leaderLast(view: ClusterView, names: readonly string[]): readonly string[] {
  return [...names.filter((name) => name !== view.leader), ...names.filter((name) => name === view.leader)];
}
