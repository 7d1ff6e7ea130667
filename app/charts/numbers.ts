/** The same numbers as a chart, as a table. */
export interface Numbers {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** A CSV file (RFC 4180) in which no cell is a formula for a spreadsheet. */
export function csvOf({ columns, rows }: Numbers): string {
  return [columns, ...rows].map((cells) => cells.map(cellOf).join(",")).join("\r\n") + "\r\n";
}

function cellOf(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
