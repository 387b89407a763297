/** Reads what tables the current schema of a database has. It changes nothing. */
import type { LiveColumn, LiveIndex, LiveTable } from "../sql/compare-tables.ts";
import type { TableReference } from "../sql/describe-tables.ts";
import { META_TABLE } from "../sql/meta.ts";
import { describeCheck } from "./alter.ts";
import type { Line } from "./driver.ts";

/**
 * All ordinary tables of the current schema, each as one JSON text: the catalogue's own tables are joined once, and
 * nothing depends on how a session writes values.
 */
const TABLES = `
SELECT json_build_object(
  'name', c.relname,
  'columns', (SELECT coalesce(json_agg(json_build_object(
      'name', a.attname,
      'type', format_type(a.atttypid, a.atttypmod) || CASE WHEN l.collname IS NULL OR a.attcollation = t.typcollation THEN ''
        ELSE ' COLLATE ' || quote_ident(l.collname) END,
      'isNullable', NOT a.attnotnull,
      'hasDefault', a.atthasdef OR a.attidentity <> ''
    ) ORDER BY a.attnum), '[]')
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'indexes', (SELECT coalesce(json_agg(json_build_object(
      'name', i.relname,
      'unique', x.indisunique,
      'primary', x.indisprimary,
      'partial', x.indpred IS NOT NULL OR NOT x.indisvalid,
      'columns', (SELECT json_agg(coalesce(a.attname, '') ORDER BY k.place)
        FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k(number, place)
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number AND k.number > 0
        WHERE k.place <= x.indnkeyatts)
    ) ORDER BY i.oid), '[]')
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = c.oid),
  'references', (SELECT coalesce(json_agg(json_build_object(
      'table', f.relname,
      'onDelete', CASE r.confdeltype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'setNull' ELSE 'restrict' END,
      'columns', (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(r.conkey) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute a ON a.attrelid = r.conrelid AND a.attnum = k.number),
      'targets', (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(r.confkey) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute a ON a.attrelid = r.confrelid AND a.attnum = k.number)
    ) ORDER BY r.oid), '[]')
    FROM pg_constraint r JOIN pg_class f ON f.oid = r.confrelid
    WHERE r.conrelid = c.oid AND r.contype = 'f' AND f.relnamespace = c.relnamespace),
  'checks', (SELECT coalesce(json_object_agg(r.conname, coalesce(obj_description(r.oid, 'pg_constraint'), '')), '{}')
    FROM pg_constraint r WHERE r.conrelid = c.oid AND r.contype = 'c')
)::text
FROM pg_class c
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND c.relkind IN ('r', 'p') AND c.relname <> '${META_TABLE}'
ORDER BY c.relname`;

/** One table as {@link TABLES} writes it. */
interface TableRow {
  readonly name: string;
  readonly columns: readonly LiveColumn[];
  readonly indexes: readonly (Omit<LiveIndex, "isCreatedBy"> & { readonly primary: boolean })[];
  readonly references: readonly TableReference[];
  readonly checks: Readonly<Record<string, string>>;
}

/** All tables of the current schema but Footing's own, by name. */
export async function loadTables(link: Line): Promise<ReadonlyMap<string, LiveTable>> {
  const { rows } = await link.query(TABLES, []);
  return new Map(
    rows.map(([json]) => {
      // The statement writes exactly this form.
      const table = createTable(JSON.parse(String(json)) as TableRow);
      return [table.name, table];
    }),
  );
}

function createTable({ name, columns, indexes, references, checks }: TableRow): LiveTable {
  return {
    name,
    columns,
    key: indexes.find(({ primary }) => primary)?.columns ?? [],
    // Expressions are never what Footing asks of an index here.
    indexes: indexes.map((index) => ({ ...index, isCreatedBy: () => false })),
    references,
    // An expression has no columns, but a name of its own.
    hasSearch: (search) => indexes.some(({ name, partial }) => name === search.name && !partial),
    hasCheck: (check) => checks[check.name] === describeCheck(check),
  };
}
