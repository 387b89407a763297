/** Serves the actions of an app at `POST /api/actions/<name>`. Decides nothing about access; the action does. */
import type { ServedAction } from "../../actions/served-action.ts";
import type { Executor } from "../../engine/executor.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import { FootingError } from "../../errors/footing-error.ts";
import type { HostRequest, HostResponse, HostRoute } from "../../http/host-route.ts";
import type { OperationDocument } from "../../http/operation-document.ts";
import type { IdempotentWrites } from "../../idempotency/idempotent-writes.ts";
import { runWrite } from "../../idempotency/run-write.ts";

/** The actions of one app over HTTP. */
export interface ActionApi {
  /** For the host. */
  readonly routes: readonly HostRoute[];
  /** For the API document. */
  readonly documents: readonly OperationDocument[];
}

const json = "application/json";

/** Makes the API of the actions. `writes` runs once those that write and come with a key. */
export function createActionApi(
  actions: readonly ServedAction[],
  executor: Executor,
  writes: IdempotentWrites | null = null,
): ActionApi {
  return {
    routes: actions.map((action) => createRoute(action, executor, action.kind === "mutation" ? writes : null)),
    documents: actions.map((action) => describeAction(action, action.kind === "mutation" && writes !== null)),
  };
}

function createRoute(action: ServedAction, executor: Executor, writes: IdempotentWrites | null): HostRoute {
  const handle = (request: HostRequest): Promise<HostResponse> =>
    action.kind === "query"
      ? answerAction(action, executor, request)
      : runWrite({ executor, writes }, { method: "POST", request }, (inside) => answerAction(action, inside, request));
  const operation = { handle, produces: json, ...(action.takesInput && { accepts: [json] }) };
  return { path: renderPath(action), operations: { POST: operation } };
}

/** The answer as it is, without an envelope; 204 when there is none. */
async function answerAction(
  action: ServedAction,
  executor: Executor,
  { query, body, actor, id, headers }: HostRequest,
): Promise<HostResponse> {
  if (query !== "")
    throw new FootingError("FTG_PARAMETER", {
      detail: `${action.name} takes no query parameters.`,
      fix: "Send the input as the JSON body.",
    });
  const answer = await action.run(body, { executor, actor, request: { id, headers } });
  return answer === null ? { status: 204 } : { status: 200, type: `${json}; charset=utf-8`, body: answer };
}

function describeAction(action: ServedAction, idempotent: boolean): OperationDocument {
  const path = renderPath(action);
  const operation = `#/paths/${path.replaceAll("/", "~1")}/post`;
  const content = "content/application~1json/schema";
  const inputCodes: readonly ErrorCode[] = ["FTG_BODY", "FTG_TOO_LARGE", "FTG_MEDIA_TYPE", "FTG_INVALID"];
  return {
    path,
    operationId: action.name,
    tag: "actions",
    summary: action.name,
    description: action.describe,
    body: action.takesInput ? action.describeSide("input", `${operation}/requestBody/${content}`) : null,
    answer: action.describeSide("output", `${operation}/responses/200/${content}`),
    mayBeEmpty: true,
    writes: action.kind === "mutation",
    idempotent,
    codes: [
      "FTG_PARAMETER",
      ...(action.takesInput ? inputCodes : []),
      ...(action.isGuarded ? (["FTG_FORBIDDEN"] as const) : []),
    ],
    runsOwnCode: true,
  };
}

function renderPath({ name }: ServedAction): string {
  return `/api/actions/${name}`;
}
