// The peer network as a table of directed links. The link a→b carries the connections that a dialled to b, in both directions.
import { FiredrillError } from "../../core/errors.ts";
import type { LinkState } from "../../core/op.ts";
import type { LinkView } from "../../core/view.ts";
import { monoMs } from "../../util/clock.ts";
import { seeded } from "../../util/random.ts";

/** What `heldMs` looks back on, ms, and how many chunks of it are kept. */
const HELD_WINDOW_MS = 2_000;
const HELD_SAMPLES = 1_024;

/** Something on a link that has to be told when the link changes: a pipe, or a connection that was held back. */
export interface LinkUser {
  readonly changed: () => void;
}

export interface Link {
  readonly from: string;
  readonly to: string;
  readonly isCut: () => boolean;
  /** Neither cut nor slowed: bytes go straight through. */
  readonly isClear: () => boolean;
  /** When a chunk that arrives now may leave, on the monotonic clock. Takes up the link's rate. */
  readonly dueMs: (bytes: number) => number;
  readonly carried: (bytes: number, heldMs: number) => void;
  readonly blocked: () => void;
  readonly join: (user: LinkUser) => Disposable;
}

/** Why a link's owner may change it, and how it looks from outside. */
interface OwnedLink extends Link {
  readonly set: (state: Omit<LinkState, "from" | "to">) => void;
  readonly view: () => LinkView;
}

const CLEAR = { cut: false, delayMs: 0, jitterMs: 0, rateBytes: 0 } as const;

export interface Links {
  /** The link from a member, or from somebody unknown (null): that one is cut only while all known links to `to` are. */
  readonly of: (from: string | null, to: string) => Link;
  readonly set: (states: readonly LinkState[]) => void;
  /** Some link to this member is cut: only then does it matter who dials before the member does. */
  readonly anyCutTo: (to: string) => boolean;
  readonly views: () => readonly LinkView[];
}

/** All links between the members, clear at first. `seed` decides jitter. */
export function createLinks(members: readonly string[], seed: number): Links {
  const random = seeded(seed);
  const links = new Map<string, OwnedLink>();
  for (const from of members) for (const to of members) if (from !== to) links.set(`${from} ${to}`, createLink(from, to, random));
  const strangers = new Map(members.map((to) => [to, createLink("?", to, random)]));
  return {
    of: (from, to) => {
      const link = from === null ? strangers.get(to) : (links.get(`${from} ${to}`) ?? strangers.get(to));
      if (link === undefined) throw new Error(`no link to "${to}"`);
      return link;
    },
    set: (states) => {
      for (const state of states) {
        if (!links.has(`${state.from} ${state.to}`)) {
          throw new FiredrillError("USAGE", `there is no link from "${state.from}" to "${state.to}"`, {
            hint: `members are ${members.join(", ")}`,
          });
        }
      }
      for (const state of states) links.get(`${state.from} ${state.to}`)?.set(state);
      for (const [to, stranger] of strangers) {
        const known = [...links.values()].filter((link) => link.to === to);
        stranger.set({ ...CLEAR, cut: known.length > 0 && known.every((link) => link.isCut()) });
      }
    },
    anyCutTo: (to) => [...links.values()].some((link) => link.to === to && link.isCut()),
    views: () => [...links.values()].map((link) => link.view()),
  };
}

function createLink(from: string, to: string, random: () => number): OwnedLink {
  let state: Omit<LinkState, "from" | "to"> = CLEAR;
  let carriedBytes = 0;
  let blocked = 0;
  let freeAtMs = 0;
  let held: { readonly atMs: number; readonly heldMs: number }[] = [];
  const users = new Set<LinkUser>();
  return {
    from,
    to,
    isCut: () => state.cut,
    isClear: () => !state.cut && state.delayMs === 0 && state.jitterMs === 0 && state.rateBytes === 0,
    dueMs: (bytes) => {
      const nowMs = monoMs();
      // Like a wire: first the bytes have to get onto it one after the other (rate), then they travel (delay).
      const sentMs = state.rateBytes === 0 ? nowMs : Math.max(nowMs, freeAtMs) + (bytes / state.rateBytes) * 1000;
      freeAtMs = sentMs;
      return sentMs + Math.max(0, state.delayMs + (random() * 2 - 1) * state.jitterMs);
    },
    carried: (bytes, heldMs) => {
      carriedBytes += bytes;
      held.push({ atMs: monoMs(), heldMs });
      if (held.length > HELD_SAMPLES * 2) held = held.slice(-HELD_SAMPLES);
    },
    blocked: () => {
      blocked++;
    },
    join: (user) => {
      users.add(user);
      return { [Symbol.dispose]: () => users.delete(user) };
    },
    set: ({ cut, delayMs, jitterMs, rateBytes }) => {
      // How long chunks were held under other settings says nothing about these.
      if (delayMs !== state.delayMs || jitterMs !== state.jitterMs || rateBytes !== state.rateBytes) held = [];
      state = { cut, delayMs, jitterMs, rateBytes };
      freeAtMs = 0;
      for (const user of Array.from(users)) user.changed();
    },
    view: () => {
      const since = monoMs() - HELD_WINDOW_MS;
      const times = held.filter(({ atMs }) => atMs >= since).map(({ heldMs }) => heldMs);
      return { from, to, ...state, carriedBytes, blocked, heldMs: median(times) };
    },
  };
}

/** Middle value, of two the lower, rounded to a hundredth; null of nothing. */
function median(values: readonly number[]): number | null {
  const middle = values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
  return middle === undefined ? null : Math.round(middle * 100) / 100;
}
