/** Breaks a statement into lines for people: whitespace changes, and nothing else. It knows clauses, not grammar. */

/** Texts and names in quotes, words, white space, and any other character by itself. */
const TOKEN = /E?'(?:''|\\.|[^'\\])*'|"(?:""|[^"])*"|`(?:``|[^`])*`|\w+|\s+|./gs;
const CLAUSE = /^(?:WITH|SELECT|FROM|WHERE|ORDER|LIMIT|SET|VALUES|RETURNING|UNION|LEFT|CROSS|JOIN)$/;
/** Words that keep the clause behind them on their line. */
const LEADER = /^(?:LEFT|CROSS|DELETE)$/;
/** Where a long line may go on, besides behind a comma. */
const LINK = /^(?:AND|OR|WHEN|ELSE|END)$/;
/** A line that is longer ends at the next chance. */
const WIDTH = 100;

/** The statement with each clause of each query on a line of its own, and long lists wrapped. */
export function formatSql(sql: string): string {
  const lines = new Lines();
  const isQuery: boolean[] = [true];
  const tokens = sql.match(TOKEN) ?? [];
  for (const [index, token] of tokens.entries()) {
    if (token === "(") {
      isQuery.push(/^(?:SELECT|WITH)$/.test(tokens[index + 1] ?? ""));
      lines.add(token);
      lines.indent(isQuery.at(-1) === true);
    } else if (token === ")") {
      if (isQuery.pop() === true) lines.outdent();
      lines.add(token);
    } else {
      const isClause = CLAUSE.test(token) && !LEADER.test(tokens[index - 2] ?? "");
      if (isClause && isQuery.at(-1) === true) lines.break();
      else if ((tokens[index - 2] === "," || LINK.test(token)) && lines.width > WIDTH) lines.break(1);
      lines.add(token);
    }
  }
  return lines.text;
}

class Lines {
  #lines: string[] = [];
  #line = "";
  #depth = 0;

  get text(): string {
    return [...this.#lines, this.#line.trimEnd()].join("\n");
  }

  get width(): number {
    return this.#line.length;
  }

  add(token: string): void {
    this.#line += token;
  }

  break(deeper = 0): void {
    if (this.#line.trim() !== "") this.#lines.push(this.#line.trimEnd());
    this.#line = "  ".repeat(this.#depth + deeper);
  }

  indent(isQuery: boolean): void {
    if (isQuery) this.#depth += 1;
  }

  outdent(): void {
    this.#depth -= 1;
    this.break();
  }
}
