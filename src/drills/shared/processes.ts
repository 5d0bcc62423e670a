// What the drills that take processes down have in common.
import type { LookContext, Proof } from "../../core/drill.ts";
import type { Op } from "../../core/op.ts";
import type { ClusterView } from "../../core/view.ts";
import { memberOf, processIdentity } from "../../core/view.ts";
import type { Json } from "../../util/json.ts";
import { own } from "./own.ts";
import { pickUp } from "./pick.ts";

export type DownState = {
  readonly members: readonly string[];
  /** A leader was known: then the members answer again once they run again, and the undo can wait for that. */
  readonly hadLeader: boolean;
};

/** Picks the members to take down. */
export async function prepareDown(context: LookContext, selector: string): Promise<DownState> {
  const view = await context.target.look(context.signal);
  return { members: namesOf(pickUp(view, selector, context.random)), hadLeader: view.leader !== null };
}

/** Starts them again, and waits until they answer if anybody could answer before. */
export function undoDown(state: DownState): readonly Op[] {
  return [...state.members.map((member): Op => ({ op: "member.start", member })), ...waitFor(state.members, state.hadLeader, false)];
}

/** A wait for these members; none when it could not be waited for, because there was no leader before either. */
export function waitFor(members: readonly string[], hadLeader: boolean, withLeader: boolean): readonly Op[] {
  return hadLeader && members.length > 0 ? [{ op: "wait.answers", members: [...members], withLeader }] : [];
}

/** Process identity by member. */
export function identities(view: ClusterView, members: readonly string[]): { readonly [member: string]: string } {
  return Object.fromEntries(members.map((name) => [name, processIdentity(memberOf(view, name))]));
}

/** The fingerprint of drills that take processes down: pid and start time of each victim. */
export async function fingerprintDown(context: LookContext, state: DownState): Promise<Json> {
  return identities(await context.target.look(context.signal), state.members);
}

/** Every victim's process is gone, and nothing has taken its place. */
export function proveDown(before: Json, after: Json, state: DownState): Proof {
  const was = own<{ readonly [member: string]: string }>(before);
  const is = own<{ readonly [member: string]: string }>(after);
  const running = state.members.filter((name) => is[name] !== "down");
  if (running.length > 0) {
    const told = running.map((name) => (is[name] === was[name] ? `${name} still runs (${is[name]})` : `${name} runs again (${is[name]})`));
    return { proved: false, because: `not down: ${told.join(", ")}` };
  }
  const never = state.members.filter((name) => was[name] === undefined || was[name] === "down");
  if (never.length > 0) return { proved: false, because: `${never.join(", ")} did not run before, so nothing changed` };
  return { proved: true, because: `gone: ${state.members.map((name) => `${name} (${was[name]})`).join(", ")}` };
}

/** Names, in the order given. */
export function namesOf(members: readonly { readonly name: string }[]): readonly string[] {
  return members.map((member) => member.name);
}
