/** Writes what is special about the export of a model: a list without pages, as a file. */
import type { JsonSchema } from "../../../schema/json-schema.ts";
import type { JsonValue } from "../../../schema/schema-model.ts";
import type { Door } from "../door.ts";
import { exportTypes } from "../export/export-types.ts";
import { requestId } from "./describe-failures.ts";
import { describeParameter, nameParameter } from "./describe-parameters.ts";

const header: JsonSchema = { schema: { type: "string" } };

/** The parameters: by reference those that are the list's own. */
export function describeExportParameters({ model, list, export: table }: Door): readonly JsonValue[] {
  return [...table.values()].map((parameter) =>
    parameter.kind === "choice" || list.get(parameter.name) === parameter
      ? { $ref: `#/components/parameters/${nameParameter(model, parameter)}` }
      : describeParameter(parameter),
  );
}

/** The answer with all rows. */
export function describeFile(name: string): JsonSchema {
  const lines = `Rows of \`${name}\` as JSON texts, one on each line (NDJSON).`;
  const table =
    'RFC 4180 with a header line; related rows in columns like `country.name`, null as nothing, an empty text as `""`, json and lists as JSON text. A text that spreadsheets would run as a formula has an apostrophe before it.';
  return {
    description: "All rows. When the connection ends before the answer does, rows are missing.",
    headers: {
      "Content-Disposition": { ...header, description: "The name of the file." },
      Vary: { ...header, description: "`accept`, unless `format` was given." },
      ...requestId,
    },
    content: {
      [exportTypes.ndjson]: { schema: { type: "string", description: lines } },
      [exportTypes.csv]: { schema: { type: "string", description: table } },
    },
  };
}
