/** Reads an OpenAPI document as its readers resolve it, so that tests ask operations and not where something is written. */

type Members = Record<string, unknown>;

/** The document with shared responses in their operations, and the parameters of a path in each operation but OPTIONS. */
export function inlineShared<T extends object>(document: T): T {
  const { responses = {} } = membersOf(Object(document).components);
  const paths = mapMembers(Object(document).paths, (item) => inlineItem(membersOf(item), membersOf(responses)));
  return { ...document, paths };
}

function inlineItem({ parameters: shared, ...methods }: Members, components: Members): Members {
  const every = Array.isArray(shared) ? shared : [];
  const key = every.filter((parameter) => "in" in parameter && parameter.in === "path");
  const own = mapMembers(methods, (operation, method) => {
    const { parameters, responses, ...rest } = membersOf(operation);
    const taken = [...every.filter((one) => method !== "options" && !key.includes(one)), ...[parameters ?? []].flat()];
    return {
      ...rest,
      ...(taken.length > 0 && { parameters: taken }),
      responses: mapMembers(membersOf(responses), (response) => resolveResponse(membersOf(response), components)),
    };
  });
  return { ...(key.length > 0 && { parameters: key }), ...own };
}

function resolveResponse(response: Members, components: Members): unknown {
  const { $ref } = response;
  if (typeof $ref !== "string") return response;
  const name = $ref.replace("#/components/responses/", "");
  if (!Object.hasOwn(components, name)) throw new Error(`The document refers to ${$ref}, which it does not have.`);
  return components[name];
}

function mapMembers(value: Members, map: (member: unknown, name: string) => unknown): Members {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, map(member, name)]));
}

function membersOf(value: unknown): Members {
  return { ...Object(value) };
}
