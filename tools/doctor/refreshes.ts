/** One REFRESH MATERIALIZED VIEW that a command leads to. */
export interface Refresh {
  /** As it is written: to be resolved by the search path. */
  readonly view: string;
  readonly is_concurrent: boolean;
  /** It leaves the view without data. */
  readonly is_emptying: boolean;
}

const REFRESH =
  /\brefresh\s+materialized\s+view\s+(concurrently\s+)?((?:"[^"]+"|[\w$]+)(?:\s*\.\s*(?:"[^"]+"|[\w$]+))?)(\s+with\s+no\s+data)?/gi;
const DYNAMIC = /\brefresh\s+materialized\s+view\s+(?:concurrently\s*)?[%'$]/i;
const COMMENT = /--[^\n]*|\/\*[\s\S]*?\*\//g;

/** The refreshes in a text, commands and function bodies alike; those that are put together at run time are not seen. */
export function refreshesIn(text: string): Refresh[] {
  return [...withoutComments(text).matchAll(REFRESH)].map(([, concurrently, view = "", emptying]) => ({
    view: view.replace(/\s*\.\s*/, "."),
    is_concurrent: concurrently !== undefined,
    is_emptying: emptying !== undefined,
  }))
    // The rest of the text when the name is composed at run time.
    .filter(({ view }) => view.toLowerCase() !== "concurrently");
}

/** Whether a text refreshes a view whose name is composed at run time. */
export function isDynamicRefresh(text: string): boolean {
  return DYNAMIC.test(withoutComments(text));
}

/** Removes comments: their text does not run. */
export function withoutComments(text: string): string {
  return text.replace(COMMENT, " ");
}

/** A function that a command may call. */
export interface Called {
  readonly schema: string | null;
  readonly name: string;
}

const CALL = /(?:("[^"]+"|[a-z_][\w$]*)\s*\.\s*)?("[^"]+"|[a-z_][\w$]*)\s*\(/gi;

export function calledIn(command: string): Called[] {
  return [...withoutComments(command).matchAll(CALL)].map(([, schema, name = ""]) => ({
    schema: schema === undefined ? null : identifier(schema),
    name: identifier(name),
  }));
}

function identifier(written: string): string {
  return written.startsWith('"') ? written.slice(1, -1) : written.toLowerCase();
}
