/** Serves the OpenAPI document, written when it is first asked for. */
import type { HostResponse, HostRoute } from "../../../http/host-route.ts";
import type { JsonSchema } from "../../../schema/json-schema.ts";

/** `/openapi.json`. */
export function createDocumentRoute(create: () => JsonSchema): HostRoute {
  let response: HostResponse | null = null;
  const handle = (): HostResponse => {
    response ??= Object.freeze({
      status: 200,
      type: "application/json; charset=utf-8",
      body: JSON.stringify(create()),
    });
    return response;
  };
  return { path: "/openapi.json", operations: { GET: { handle } } };
}
