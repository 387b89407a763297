/** What an app declares as its plain routes, with types. Serving them is done elsewhere. */
import type { OwnRequest } from "../actions/served-action.ts";
import type { Db } from "../api/local/db-types.ts";
import type { Method } from "../http/host-route.ts";
import type { Models } from "../schema/check-types.ts";
import type { RuleUser } from "../schema/model.ts";
import type { StandardSchema } from "../schema/standard-schema.ts";

/** The variable segments of a path: `/polls/:id` has `id`. */
export type PathParams<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { readonly [N in Name]: string } & PathParams<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? { readonly [N in Name]: string }
    : unknown;

/** The parameters of a query string as they came: a list where a name came more than once. */
export type QueryParams = Readonly<Record<string, string | readonly string[]>>;

/** What the code of a route is given. */
export interface RouteContext<in out M extends Models, out P, out Q, out B> {
  /** The variable segments of the path, decoded, as their schema answers them. */
  readonly params: P;
  /** The parameters behind the `?`, as their schema answers them. */
  readonly query: Q;
  /** The JSON body as its schema answers it; without a schema the bytes as they came, of whatever media type. */
  readonly body: B;
  /** Acts as the caller, in no transaction. */
  readonly db: Db<M>;
  /** Null for an anonymous caller. Who may call is for the route to decide. */
  readonly user: RuleUser | null;
  readonly request: OwnRequest;
}

/** A whole answer. */
export interface RouteReply {
  /** 200 to 599. */
  readonly status: number;
  /** Names in lower case; a `content-type` replaces the one that follows from the body. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
}

/** What makes a route. */
export interface RouteOptions<in out M extends Models, Path extends string, P, Q, B> {
  readonly method: Method;
  /** Segments and `:name` for variable ones. No address that Footing serves itself. */
  readonly path: Path;
  /** Checks the variable segments; what it refuses is a 400. */
  readonly params?: StandardSchema<unknown, P>;
  /** Checks the query string; what it refuses is a 400. */
  readonly query?: StandardSchema<unknown, Q>;
  /** Checks the JSON body; what it refuses is a 422, another media type a 415. Absent: any body, as bytes. */
  readonly body?: StandardSchema<unknown, B>;
  /**
   * Answers with a body, or with a {@link RouteReply}: an object with a numeric `status` and no members but `status`,
   * `headers` and `body`. Text is sent as `text/plain`, bytes and streams as `application/octet-stream`, undefined as
   * 204, anything else as JSON. A FootingError it throws is a problem of its status, anything else a 500 without details.
   */
  readonly handle: (context: RouteContext<M, P, Q, B>) => unknown;
}

/** A declared route. */
export interface Route {
  readonly method: Method;
  readonly path: string;
}

/** Declares a route of an app with the models `M`. `defineApp` hands it to `routes`. */
export type DefineRoute<in out M extends Models> = <
  const Path extends string,
  P = PathParams<Path>,
  Q = QueryParams,
  B = Buffer,
>(
  options: RouteOptions<M, Path, P, Q, B>,
) => Route;
