/** Chooses the media type of a GraphQL response from an `accept` header, as GraphQL over HTTP says. */

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
  const plain = weights.get("application/json") ?? weights.get("application/*") ?? weights.get("*/*") ?? 0;
  if (modern > 0 && modern >= plain) return "application/graphql-response+json";
  return plain > 0 ? "application/json" : null;
}

/** Whether a browser asks for a page. */
export function acceptsPage(accept: string | undefined): boolean {
  return accept !== undefined && (parseAccept(accept).get("text/html") ?? 0) > 0;
}

/** Media range → weight, 0 to 1; what is malformed is left out. */
function parseAccept(accept: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const part of accept.split(",")) {
    const [range = "", ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase());
    const weight = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1");
    if (range !== "" && weight >= 0) weights.set(range, Math.min(weight, 1));
  }
  return weights;
}
