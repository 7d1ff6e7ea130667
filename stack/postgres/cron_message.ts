import postgres from "postgres";

/** The answer of postgres.js: one result, or one for each statement of a command. */
interface StatementResult {
  readonly length: number;
  readonly command: string | null;
  readonly count: number | null;
  readonly columns?: unknown;
}

/** pg_cron's return_message of a run that succeeded: of the last statement, "2 rows" or the command's tag. */
export function successMessage(results: unknown): string {
  const last = lastResult(results);
  if (last.columns !== undefined && last.columns !== null) return `${last.length} row${last.length === 1 ? "" : "s"}`;
  const tag = last.command ?? "";
  if (last.count === null) return tag;
  return tag === "INSERT" ? `INSERT 0 ${last.count}` : `${tag} ${last.count}`; // the 0 was once a row's oid
}

/** The message of a failed run in the form of libpq (PQresultErrorMessage), as pg_cron stores it. */
export function errorMessageAsLibpq(error: unknown, command: string): string {
  if (!(error instanceof postgres.PostgresError)) return "server closed the connection unexpectedly\n";
  const lines = [`${error.severity}:  ${error.message}`];
  if (error.position !== undefined) lines.push(...positionLines(command, Number(error.position)));
  if (error.detail !== undefined) lines.push(`DETAIL:  ${error.detail}`);
  if (error.hint !== undefined) lines.push(`HINT:  ${error.hint}`);
  if (error.where !== undefined) lines.push(`CONTEXT:  ${error.where}`);
  return `${lines.join("\n")}\n`;
}

/** "LINE 1: …" with a caret below the place. */
function positionLines(command: string, position: number): string[] {
  const before = command.slice(0, position - 1);
  const lineNumber = before.split("\n").length;
  const column = before.length - (before.lastIndexOf("\n") + 1);
  const label = `LINE ${lineNumber}: `;
  return [label + (command.split("\n")[lineNumber - 1] ?? ""), " ".repeat(label.length + column) + "^"];
}

function lastResult(results: unknown): StatementResult {
  if (isResult(results)) return results;
  if (Array.isArray(results)) {
    const last: unknown = results.at(-1);
    if (isResult(last)) return last;
  }
  return { length: 0, command: null, count: null };
}

function isResult(value: unknown): value is StatementResult {
  return Array.isArray(value) && "command" in value;
}
