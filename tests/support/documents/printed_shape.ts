/**
 * Compares the output that a document shows with the real output, ignoring figures.
 *
 * @returns the first difference; null if there is none
 */
export function shapeFault(shown: { readonly info: string; readonly text: string }, printed: string): string | null {
  return shown.info === "json output" ? jsonFault(shown.text, printed) : textFault(shown.text, printed);
}

/** Marks an omission in the document; matches anything. */
const REST = "…";

function jsonFault(shown: string, printed: string): string | null {
  try {
    return valueFault(JSON.parse(shown), JSON.parse(printed), "");
  } catch (error) {
    return `not JSON: ${String(error)}`;
  }
}

/** Every member shown must be printed with the same type; further members are allowed only at an omission mark. */
function valueFault(shown: unknown, printed: unknown, at: string): string | null {
  if (shown === REST) return null;
  if (Array.isArray(shown)) {
    if (!Array.isArray(printed)) return `${at} is no list`;
    if (shown.length === 0) return printed.length === 0 ? null : `${at} is not empty`;
    if (printed.length === 0) return `${at} is empty`;
    const [example] = shown;
    return printed.map((item, index) => valueFault(example, item, `${at}[${index}]`)).find((fault) => fault !== null) ??
      null;
  }
  if (isObject(shown)) {
    if (!isObject(printed)) return `${at} is no object`;
    const missing = Object.keys(shown).find((key) => key !== REST && !(key in printed));
    if (missing !== undefined) return `${at}.${missing} is missing`;
    const extra = REST in shown ? undefined : Object.keys(printed).find((key) => !(key in shown));
    if (extra !== undefined) return `${at}.${extra} is not shown`;
    return Object.entries(shown).filter(([key]) => key !== REST)
      .map(([key, value]) => valueFault(value, printed[key], `${at}.${key}`)).find((fault) => fault !== null) ?? null;
  }
  // A member that is null in one answer may have a value in another.
  if (shown === null || printed === null) return null;
  return typeof shown === typeof printed ? null : `${at} is a ${typeof printed}, not a ${typeof shown}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every line shown must be printed, in the same order. */
function textFault(shown: string, printed: string): string | null {
  const lines = printed.split(/\r?\n/);
  for (const line of shown.split("\n").filter((one) => one.trim() !== REST && one.trim() !== "")) {
    const found = lines.findIndex((one) => patternOf(line).test(one));
    if (found < 0) return `no line like: ${line}`;
    lines.splice(0, found + 1);
  }
  return null;
}

/** A pattern of the line in which digits match any number, and spaces any number of spaces. */
function patternOf(line: string): RegExp {
  const pattern = line.trim().split(REST)
    .map((part) =>
      part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/[\d,]*\d/g, "[\\d,]+").replaceAll(/\s+/g, "\\s+")
    )
    .join(".*");
  return new RegExp(`^\\s*${pattern}\\s*$`);
}
