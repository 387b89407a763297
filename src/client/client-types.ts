/** The types of the client. Its models are those of `db`, not a copy, so that the two cannot differ. Types only. */

import type { ModelApis } from "../api/local/db-types.ts";
import type { Models } from "../schema/check-types.ts";

/**
 * The data behind a server, under the rules for whoever the requests are from: one property per model. Of an app:
 * `Client<typeof app>`.
 */
export type Client<App extends { readonly models: Models }> = ClientOf<App["models"], ActionsOf<App>>;

/** The same by models and actions. */
type ClientOf<M extends Models, A> = ModelApis<M, false> & ClientMethods<M, A>;

/** What a client can do beside reaching its models. */
export interface ClientMethods<in out M extends Models, in out A> {
  /** The actions of the app, by name. Each is one request, which without a key is sent once. */
  readonly actions: ClientActions<A>;
  /**
   * The same client with other options for its calls. Throws ClientError USAGE for what cannot be a key.
   *
   * @example
   * ```ts
   * const controller = new AbortController();
   * const cities = client.with({ signal: controller.signal }).City.find();
   * controller.abort();
   * ```
   */
  with(options: CallOptions): ClientOf<M, A>;
  /**
   * Runs operations in one transaction on the server, in the order of their calls: all are done, or none. They are sent
   * together when `work` first waits, so call all of them before the first `await`; what a later one needs of an
   * earlier result it takes by `tx.ref`.
   *
   * @example
   * ```ts
   * const city = await client.transaction(async (tx) => {
   *   const country = tx.Country.create({ code: "PE", name: "Peru" });
   *   return tx.City.create({ id: 1, name: "Lima", population: 1, country: tx.ref(country, "code") });
   * });
   * ```
   */
  transaction<T>(work: (tx: ClientTransaction<M>) => Promise<T>): Promise<T>;
  /** The same, undone on the server however it ends: to see what it would answer. */
  dryRun<T>(work: (tx: ClientTransaction<M>) => Promise<T>): Promise<T>;
}

/** The models inside a transaction. */
export type ClientTransaction<M extends Models> = ModelApis<M, false> & TransactionMethods;

/** What a transaction can do beside reaching its models. */
export interface TransactionMethods {
  /**
   * Stands for a field of a row that an earlier call of the same transaction will answer. It has the type of the value
   * but is none yet: all that can be done with it is to put it into a later call.
   */
  ref<R extends object, K extends keyof R & string>(row: Promise<R | null> & SingleRow<R>, field: K): R[K];
}

/** Keeps lists out of {@link TransactionMethods.ref}. */
type SingleRow<R> = R extends readonly unknown[] ? never : unknown;

/** What calls the actions of an app. */
export type ClientActions<A> = {
  readonly [N in keyof A]: A[N] extends { readonly calls?: infer C } ? ClientAction<NonNullable<C>> : never;
};

/** Sends the input, when the action takes one; answers what it answers as JSON has it, or null for nothing. */
type ClientAction<C> = C extends { readonly input: infer In; readonly output: infer Out }
  ? (...input: undefined extends In ? [input?: In] : [input: In]) => Promise<Answered<Out>>
  : never;

/** What an action answered, or null where it answered nothing. */
type Answered<T> = unknown extends T ? unknown : T extends object | string | number | boolean | null ? Json<T> : null;

/** A value after its way through JSON. */
type Json<T> = T extends { toJSON(): infer J } ? J : T extends object ? { [P in keyof T]: Json<T[P]> } : T;

/** The actions in the type of an app. */
type ActionsOf<App> = App extends { readonly actions?: (action: never) => infer A } ? A : object;

/** How single calls behave. */
export interface CallOptions {
  /** Ends the calls: they reject with its reason. What has reached the server may still happen. */
  readonly signal?: AbortSignal;
  /** Milliseconds for a call with its retries; then it fails with TIMEOUT. Default 30,000. */
  readonly timeout?: number;
  /**
   * The key of one write (a call, a transaction or an action), by which the server knows it however often it is sent,
   * even by another run of the program: 1 to 255 visible ASCII characters but `, " \`. The app must have `idempotency`.
   * Default: where the client has `idempotency`, a new one for each write.
   */
  readonly idempotencyKey?: string;
}

/** How a client behaves. */
export interface ClientOptions extends Omit<CallOptions, "idempotencyKey"> {
  /** Headers of every request, or a function that is asked for them before each. */
  readonly headers?: RequestHeaders | (() => RequestHeaders | Promise<RequestHeaders>);
  /**
   * Whether the app has `idempotency`. Then each write is a request of its own with a key, and sent again like what
   * reads: the server does it once. Default false, because of a key to an app without it the server makes nothing.
   */
  readonly idempotency?: boolean;
  /** How often a call that reads or has a key is sent again when no answer comes or the server is busy. Default 2. */
  readonly retries?: number;
  /** Calls sent together at most; not above what the server takes. 1 sends each alone. Default 100. */
  readonly maxBatch?: number;
  /** Replaces `fetch`, for cookies of other origins, tests and logs. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Header names and values. */
export type RequestHeaders = Readonly<Record<string, string>>;
