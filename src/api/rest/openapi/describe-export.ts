/** Writes what is special about the export of a model: a list without pages, as a file. */
import { isDeepStrictEqual } from "node:util";
import type { JsonSchema } from "../../../schema/json-schema.ts";
import type { JsonValue } from "../../../schema/schema-model.ts";
import type { Door, Parameter } from "../door.ts";
import { exportTypes } from "../export/export-types.ts";
import { requestId } from "./describe-failures.ts";
import { nameParameter } from "./describe-parameters.ts";

const header: JsonSchema = { schema: { type: "string" } };

/** References to the parameters, most of which are the list's. */
export function describeExportParameters(door: Door): readonly JsonValue[] {
  return [...door.export.values()].map((parameter) => ({
    $ref: `#/components/parameters/${nameExportParameter(door, parameter)}`,
  }));
}

/** The component name of a parameter of the export: that of the list's when it says the same there. */
export function nameExportParameter({ model, list }: Door, parameter: Parameter): string {
  if (isDeepStrictEqual(list.get(parameter.name), parameter)) return nameParameter(model, parameter);
  return nameParameter(model, parameter, "export-");
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
