/** One SQL statement with the comment lines above it. */
export interface Statement {
  /** Comments and text as they are written, without blank lines around. */
  readonly text: string;
  readonly step: Step;
}

/** Objects first, then the policies, which refer to tables in circles, then statements that write rows or call functions. */
export const STEPS = ["object", "policy", "row"] as const;
export type Step = (typeof STEPS)[number];

const DOLLAR_TAG = /\$(?:[A-Za-z_]\w*)?\$/y;

/** Splits SQL at the semicolons that end statements: those in strings, quoted names, bodies and comments do not count. */
export function splitStatements(sql: string): Statement[] {
  const statements: Statement[] = [];
  let start = 0;
  for (let at = 0; at < sql.length;) {
    const skipped = endOfQuoted(sql, at);
    if (skipped > at) {
      at = skipped;
    } else if (sql[at] === ";") {
      statements.push(statementOf(sql.slice(start, at + 1)));
      start = at = at + 1;
    } else {
      at += 1;
    }
  }
  const rest = sql.slice(start);
  if (withoutComments(rest).trim() !== "") {
    throw new SyntaxError(`no semicolon ends the statement "${rest.trim().slice(0, 60)}"`);
  }
  return statements;
}

/** Where the comment, string, quoted name or body that begins at `at` ends; `at` itself when none begins there. */
function endOfQuoted(sql: string, at: number): number {
  if (sql.startsWith("--", at)) return after(sql, "\n", at + 2);
  if (sql.startsWith("/*", at)) return after(sql, "*/", at + 2);
  if (sql[at] === '"') return after(sql, '"', at + 1);
  if (sql[at] === "'") {
    const takesBackslash = /(^|[^\w])[eE]$/.test(sql.slice(Math.max(0, at - 2), at));
    return endOfString(sql, at + 1, takesBackslash);
  }
  DOLLAR_TAG.lastIndex = at;
  const tag = /\w/.test(sql[at - 1] ?? "") ? null : DOLLAR_TAG.exec(sql)?.[0];
  return tag ? after(sql, tag, at + tag.length) : at;
}

/** A doubled quote is passed as two strings that touch. */
function endOfString(sql: string, from: number, takesBackslash: boolean): number {
  for (let at = from; at < sql.length; at += 1) {
    if (takesBackslash && sql[at] === "\\") at += 1;
    else if (sql[at] === "'") return at + 1;
  }
  return sql.length;
}

function after(sql: string, end: string, from: number): number {
  const found = sql.indexOf(end, from);
  return found < 0 ? sql.length : found + end.length;
}

function statementOf(text: string): Statement {
  const trimmed = text.replace(/^(\s*\n)+/, "").trimEnd();
  const code = withoutComments(trimmed).trimStart();
  if (/^(insert|select|update|delete)\b/i.test(code)) return { text: trimmed, step: "row" };
  return { text: trimmed, step: /^create policy\b/i.test(code) ? "policy" : "object" };
}

function withoutComments(sql: string): string {
  return sql.replaceAll(/--[^\n]*/g, "").replaceAll(/\/\*[\s\S]*?\*\//g, "");
}
