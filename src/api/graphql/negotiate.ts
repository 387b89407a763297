/** Chooses the media type of a GraphQL response from an `accept` header, as GraphQL over HTTP says. */
import { parseAccept, weighType } from "../../http/accept.ts";

/** The media types a GraphQL response can have. */
export type GraphqlMediaType = "application/graphql-response+json" | "application/json";

/**
 * The media type to answer with, or null when none is acceptable. Who does not name
 * `application/graphql-response+json` gets `application/json`.
 */
export function negotiateMediaType(accept: string | undefined): GraphqlMediaType | null {
  if (accept === undefined || accept === "") return "application/json";
  const weights = parseAccept(accept);
  const modern = weights.get("application/graphql-response+json") ?? 0;
  const plain = weighType(weights, "application/json");
  if (modern > 0 && modern >= plain) return "application/graphql-response+json";
  return plain > 0 ? "application/json" : null;
}

/** Whether a browser asks for a page. */
export function acceptsPage(accept: string | undefined): boolean {
  return accept !== undefined && (parseAccept(accept).get("text/html") ?? 0) > 0;
}
