// Peer links between two groups of members, both ways, with their state before.
import { FiredrillError } from "../../core/errors.ts";
import type { LinkState } from "../../core/op.ts";
import type { ClusterView, LinkView } from "../../core/view.ts";
import { namesOf } from "./processes.ts";

export type Sides = {
  readonly picked: readonly string[];
  readonly rest: readonly string[];
};

/** The picked members and all others; an error when there are no others. */
export function sidesOf(view: ClusterView, picked: readonly string[]): Sides {
  const rest = namesOf(view.members).filter((name) => !picked.includes(name));
  if (rest.length > 0) return { picked, rest };
  throw new FiredrillError("NOTHING_PICKED", "every member is picked, so there is nobody to separate them from", {
    hint: "pick fewer members, for example follower or minority",
  });
}

/** Every directed link between the two sides, as it is now. */
export function linksBetween(view: ClusterView, sides: Sides): readonly LinkState[] {
  const found = view.links
    .filter((link) => crosses(link, sides))
    .map(({ from, to, cut, delayMs, jitterMs, rateBytes }) => ({ from, to, cut, delayMs, jitterMs, rateBytes }));
  if (found.length > 0) return found;
  throw new FiredrillError("TARGET_LACKS_CAPABILITY", "the target shows no peer links between the picked members and the others", {
    hint: "use a target with the peerNetwork capability",
  });
}

/** Views of the same links, by "from>to". */
export function linkViews(view: ClusterView, links: readonly { readonly from: string; readonly to: string }[]): readonly LinkView[] {
  return view.links.filter((link) => links.some((known) => known.from === link.from && known.to === link.to));
}

/** "m1>m2". */
export function linkName(link: { readonly from: string; readonly to: string }): string {
  return `${link.from}>${link.to}`;
}

function crosses(link: { readonly from: string; readonly to: string }, sides: Sides): boolean {
  return (
    (sides.picked.includes(link.from) && sides.rest.includes(link.to)) || (sides.rest.includes(link.from) && sides.picked.includes(link.to))
  );
}
