/**
 * Measures a parsed document against the limits, before validation gets to see it. Every fragment is measured
 * once, so a document that spreads them exponentially costs no more to measure than to read. Fragment cycles
 * are left to validation, which names them.
 */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from "graphql";
import { FootingError } from "../../errors/footing-error.ts";
import type { GraphqlLimits } from "./graphql-limits.ts";

/** What a selection set comes to with its fragments expanded. */
interface Measure {
  /** Levels inside it. */
  readonly depth: number;
  /** Fields, and fragment spreads: comparing fragments is what validation takes longest for. */
  readonly fields: number;
  /** Fields on its first level. */
  readonly own: number;
}

interface Meter {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Fragments measured so far; one that is being measured counts as nothing, which ends a cycle. */
  readonly measured: Map<string, Measure>;
}

const nothing: Measure = Object.freeze({ depth: 0, fields: 0, own: 0 });

/**
 * Checks a document against the limits.
 *
 * @throws FootingError FTG_COST naming the limit, and what the document asked for.
 */
export function checkDocument(document: DocumentNode, limits: GraphqlLimits): void {
  checkCounts(document, limits);
  const meter: Meter = { fragments: indexFragments(document), measured: new Map() };
  for (const definition of document.definitions) {
    if (!("selectionSet" in definition)) continue;
    const measure = measureSet(meter, definition.selectionSet);
    demand("levels", measure.depth, limits.maxDepth);
    demand("fields with its fragments expanded", measure.fields, limits.maxFields);
    if (definition.kind === Kind.OPERATION_DEFINITION) demand("root fields", measure.own, limits.maxRootFields);
  }
}

/** The fragments of a document by name; of two with one name, which validation refuses, the first. */
export function indexFragments(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION && !fragments.has(definition.name.value))
      fragments.set(definition.name.value, definition);
  }
  return fragments;
}

function checkCounts(document: DocumentNode, limits: GraphqlLimits): void {
  let directives = 0;
  let level = 0;
  const nested = {
    enter: (): void => {
      level += 1;
      demand("levels of lists and objects in arguments", level, limits.maxValueDepth);
    },
    leave: (): void => {
      level -= 1;
    },
  };
  visit(document, {
    Directive: () => {
      directives += 1;
    },
    Field: ({ alias }) => {
      // The one name that some clients could not take from a parsed answer without harm.
      if (alias?.value === "__proto__")
        throw new FootingError("FTG_QUERY", {
          detail: "A field may not be named __proto__ in the answer.",
          fix: "Use another alias.",
        });
    },
    ListValue: nested,
    ObjectValue: nested,
  });
  demand("directives", directives, limits.maxDirectives);
}

function measureSet(meter: Meter, set: SelectionSetNode): Measure {
  let [depth, fields, own] = [0, 0, 0];
  for (const selection of set.selections) {
    const measure = measureSelection(meter, selection);
    depth = Math.max(depth, measure.depth);
    fields += measure.fields;
    own += measure.own;
  }
  return { depth, fields, own };
}

function measureSelection(meter: Meter, selection: SelectionNode): Measure {
  switch (selection.kind) {
    case Kind.FIELD: {
      const inner = selection.selectionSet === undefined ? nothing : measureSet(meter, selection.selectionSet);
      return { depth: inner.depth + 1, fields: inner.fields + 1, own: 1 };
    }
    case Kind.INLINE_FRAGMENT: {
      const inner = measureSet(meter, selection.selectionSet);
      return { ...inner, depth: inner.depth + 1 };
    }
    default: {
      const inner = measureFragment(meter, selection.name.value);
      return { ...inner, fields: inner.fields + 1 };
    }
  }
}

function measureFragment(meter: Meter, name: string): Measure {
  const known = meter.measured.get(name);
  if (known !== undefined) return known;
  meter.measured.set(name, nothing);
  const fragment = meter.fragments.get(name);
  const measure = fragment === undefined ? nothing : measureSet(meter, fragment.selectionSet);
  meter.measured.set(name, measure);
  return measure;
}

function demand(what: string, count: number, max: number): void {
  if (count <= max) return;
  const came = Number.isSafeInteger(count) ? String(count) : "far more";
  throw new FootingError("FTG_COST", {
    detail: `A document may have at most ${max} ${what}; this one has ${came}.`,
    fix: "Ask for less at once, or split the document.",
  });
}
