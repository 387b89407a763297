/**
 * Answers `GET /api/export/cities`: the whole list as a stream, written while it is read. What is wrong with the
 * request is found before the answer begins; what fails later ends the connection, so that no part passes for the whole.
 */
import { Readable } from "node:stream";
import { FootingError } from "../../../errors/footing-error.ts";
import { parseAccept, weighType } from "../../../http/accept.ts";
import type { HostRequest, HostResponse } from "../../../http/host-route.ts";
import type { RestServer } from "../answer.ts";
import type { Door, ExportFormat } from "../door.ts";
import { isRanked, parseParameters } from "../parse-parameters.ts";
import { createListQuery } from "../parse-read.ts";
import { listColumns, renderHead, renderRows } from "./csv-table.ts";
import { exportTypes } from "./export-types.ts";
import { readPages } from "./read-pages.ts";
import { renderLines } from "./render-lines.ts";

/** How pages are written. */
interface PageWriter {
  /** Goes before them. */
  readonly head: string;
  render(page: string | Buffer): string | Buffer;
}

/**
 * The list as a download.
 *
 * @throws FootingError FTG_PARAMETER, FTG_VALUE, FTG_NOT_ACCEPTABLE, and what its first read throws.
 */
export async function answerExport(
  { executor, context }: RestServer,
  door: Door,
  request: HostRequest,
): Promise<HostResponse> {
  const { query: text, actor, headers } = request;
  const { format: given, limit = Number.POSITIVE_INFINITY, ...values } = parseParameters(door.export, text);
  const format = given ?? chooseFormat(headers.accept);
  // All rows leave, so the order by relevance, which has no cursors, is not worth reading them again and again.
  const order = isRanked(values) ? { orderBy: [] } : {};
  const query = { ...createListQuery(context, door, values), ...order };
  const pages = readPages({ executor, actor, abort: request, query, limit, pageSize: context.maxLimit });
  const first = await pages.next();
  const writer = createWriter(format, listColumns(context.views, door.view, query.select));
  return {
    status: 200,
    type: `${exportTypes[format]}; charset=utf-8`,
    body: Readable.from(writePages(writer, first, pages)),
    headers: {
      "content-disposition": `attachment; filename="${door.model.plural}.${format}"`,
      ...(given === undefined && { vary: "accept" }),
    },
  };
}

async function* writePages(
  { head, render }: PageWriter,
  first: IteratorResult<string | Buffer>,
  pages: AsyncIterator<string | Buffer>,
): AsyncGenerator<string | Buffer> {
  if (head !== "") yield head;
  for (let page = first; page.done !== true; page = await pages.next()) yield render(page.value);
}

function createWriter(format: ExportFormat, columns: ReturnType<typeof listColumns>): PageWriter {
  if (format === "ndjson") return { head: "", render: renderLines };
  return { head: renderHead(columns), render: (page) => renderRows(columns, page) };
}

/** The format that the client likes best; the first of them when it likes several alike. */
function chooseFormat(accept: string | undefined): ExportFormat {
  const weights = parseAccept(accept === undefined || accept === "" ? "*/*" : accept);
  const { ndjson, csv } = { ndjson: weighType(weights, exportTypes.ndjson), csv: weighType(weights, exportTypes.csv) };
  if (ndjson > 0 && ndjson >= csv) return "ndjson";
  if (csv > 0) return "csv";
  const offered = Object.values(exportTypes).join(" or ");
  throw new FootingError("FTG_NOT_ACCEPTABLE", {
    detail: `The answer is ${offered}; the accept header takes ${JSON.stringify(accept?.slice(0, 100))}.`,
    fix: `Accept one of them, or name it as \`format\`, which counts more than the header.`,
  });
}
