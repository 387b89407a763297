/** The entry `footing`: everything an app declares itself with. */

export type { OwnRequest } from "./actions/served-action.ts";
export type { Db } from "./api/local/db-types.ts";
export type { AppHostOptions } from "./app/create-app-host.ts";
export type { Mode } from "./app/create-front-ends.ts";
export { type AppHandler, createHandler } from "./app/create-handler.ts";
export type { Action, ActionContext, ActionOptions, Actions, AnyAction, DefineAction } from "./app/define-action.ts";
export {
  type App,
  type AppDb,
  type AppOptions,
  type CreateProgress,
  defineApp,
  type GraphqlOptions,
  type Progress,
  type SetupContext,
} from "./app/define-app.ts";
export type {
  AfterCommit,
  AfterCreate,
  AfterWrite,
  BeforeCreate,
  BeforeUpdate,
  Change,
  HookContext,
  Hooks,
  HookTarget,
  ModelHooks,
} from "./app/define-hooks.ts";
export type {
  DefineRoute,
  PathParams,
  QueryParams,
  Route,
  RouteContext,
  RouteOptions,
  RouteReply,
} from "./app/define-route.ts";
export { type RunningApp, type StartAppOptions, startApp } from "./app/start-app.ts";
export type { ErrorCode } from "./errors/catalogue.ts";
export { FootingError, type Problem } from "./errors/footing-error.ts";
export type { Authenticate } from "./http/host.ts";
export type { Models } from "./schema/check-types.ts";
export type { CreateInput, UpdateInput } from "./schema/input-types.ts";
export { model, type RuleUser } from "./schema/model.ts";
export type { Key } from "./schema/row-types.ts";
export type { Row, SelectInput, SelectResult } from "./schema/select-types.ts";
export type { StandardSchema } from "./schema/standard-schema.ts";
export { t } from "./schema/t.ts";
export type { OrderInput, WhereInput } from "./schema/where-types.ts";
