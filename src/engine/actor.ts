/** On whose behalf a query runs. Nothing but this decides which rules apply. */
import type { User } from "../schema/rules.ts";

/** The app itself, past all rules, or a principal (null: anonymous) under them. */
export type Actor = { readonly kind: "system" } | { readonly kind: "principal"; readonly user: User | null };

/** The app itself: no rule applies, hidden fields are visible. */
export const systemActor: Actor = Object.freeze({ kind: "system" });

/** Nobody in particular. */
export const anonymousActor: Actor = Object.freeze({ kind: "principal", user: null });

/** The given user, or anonymous for null. */
export function createActor(user: User | null): Actor {
  return user === null ? anonymousActor : Object.freeze({ kind: "principal", user });
}
