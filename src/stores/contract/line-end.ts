/** How the rows of a list stand in its JSON text. Every store writes the same bytes. */

/**
 * What stands between two rows of a list that is an answer of its own. JSON texts of stores hold no other line break,
 * so the last one begins the last row.
 */
export const LINE_END = ",\n";
