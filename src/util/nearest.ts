/** Finds the name a misspelling most likely meant, for error messages. */

/**
 * The candidate nearest to `name` by edit distance, or undefined when none is near enough to be meant
 * (more than a third of the letters differ).
 *
 * @example
 * ```ts
 * findNearest("populaton", ["name", "population"]); // "population"
 * ```
 */
export function findNearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Optimal string alignment distance in UTF-16 units: insertions, deletions, substitutions and swapped neighbours. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(cheapestStep({ a, b, i, j }, [before, row, next]));
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

function cheapestStep(
  { a, b, i, j }: { a: string; b: string; i: number; j: number },
  [before, row, next]: readonly [number[], number[], number[]],
): number {
  const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
  const step = Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
  const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  return swapped ? Math.min(step, (before[j - 2] ?? 0) + 1) : step;
}
