/** The media types of exports. */
import type { ExportFormat } from "../door.ts";

/** The media type of each format. */
export const exportTypes: Readonly<Record<ExportFormat, string>> = { ndjson: "application/x-ndjson", csv: "text/csv" };
