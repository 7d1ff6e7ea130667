/** Composes SQL that a person pastes from names and texts. */

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The statements, without nulls, one per line. */
export function lines(...statements: readonly (string | null)[]): string {
  return statements.filter((statement) => statement !== null).join("\n");
}
