/** A plain route as it was declared, its types forgotten. */
import type { OwnRequest } from "../../actions/served-action.ts";
import type { Method } from "../../http/host-route.ts";
import type { User } from "../../schema/rules.ts";
import type { StandardSchema } from "../../schema/standard-schema.ts";

/** What a route's `handle` is given. */
export interface HandleContext {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly db: unknown;
  readonly user: User | null;
  readonly request: OwnRequest;
}

/** A plain route. */
export interface DeclaredRoute {
  readonly method: Method;
  readonly path: string;
  readonly params?: StandardSchema;
  readonly query?: StandardSchema;
  readonly body?: StandardSchema;
  handle(context: HandleContext): unknown;
}
