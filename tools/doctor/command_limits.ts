const UNITS: Readonly<Record<string, number>> = { us: 1e-6, ms: 0.001, s: 1, min: 60, h: 3_600, d: 86_400 };

/**
 * The statement_timeout that a command sets, in seconds; null if it sets none. One that a function sets does not count:
 * the timer of the calling statement has already started.
 */
export function statementTimeout(command: string): number | null {
  const value = /\bset\s+(?:local\s+|session\s+)?statement_timeout\s*(?:=|to)\s*'?\s*([0-9.]+\s*[a-z]*)\s*'?/i.exec(
    command,
  )?.[1];
  return value === undefined ? null : seconds(value);
}

/** Parses a duration of a PostgreSQL setting into seconds; a number without a unit is milliseconds. */
export function seconds(setting: string): number | null {
  const parts = /^([0-9]+(?:\.[0-9]+)?)\s*([a-z]*)$/i.exec(setting.trim());
  if (parts === null) return null;
  const unit = UNITS[parts[2] === "" ? "ms" : parts[2]?.toLowerCase() ?? ""];
  return unit === undefined ? null : Number(parts[1]) * unit;
}
