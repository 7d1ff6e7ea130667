/** One REFRESH MATERIALIZED VIEW that a command leads to. */
export interface Refresh {
  /** As it is written: to be resolved by the search path. */
  readonly view: string;
  readonly is_concurrent: boolean;
}

const REFRESH =
  /\brefresh\s+materialized\s+view\s+(concurrently\s+)?((?:"[^"]+"|[\w$]+)(?:\s*\.\s*(?:"[^"]+"|[\w$]+))?)/gi;
const COMMENT = /--[^\n]*|\/\*[\s\S]*?\*\//g;

/** The refreshes in a text, commands and function bodies alike; those that are put together at run time are not seen. */
export function refreshesIn(text: string): Refresh[] {
  return [...text.replace(COMMENT, " ").matchAll(REFRESH)].map(([, concurrently, view = ""]) => ({
    view: view.replace(/\s*\.\s*/, "."),
    is_concurrent: concurrently !== undefined,
  }));
}

/** A function that a command may call. */
export interface Called {
  readonly schema: string | null;
  readonly name: string;
}

const CALL = /(?:("[^"]+"|[a-z_][\w$]*)\s*\.\s*)?("[^"]+"|[a-z_][\w$]*)\s*\(/gi;

export function calledIn(command: string): Called[] {
  return [...command.replace(COMMENT, " ").matchAll(CALL)].map(([, schema, name = ""]) => ({
    schema: schema === undefined ? null : identifier(schema),
    name: identifier(name),
  }));
}

function identifier(written: string): string {
  return written.startsWith('"') ? written.slice(1, -1) : written.toLowerCase();
}
