/** One REFRESH MATERIALIZED VIEW in a command or in a function that it calls. */
export interface Refresh {
  /** The name as written; the search path resolves it. */
  readonly view: string;
  readonly is_concurrent: boolean;
  /** WITH NO DATA: it leaves the view unpopulated. */
  readonly is_emptying: boolean;
}

const REFRESH =
  /\brefresh\s+materialized\s+view\s+(concurrently\s+)?((?:"[^"]+"|[\w$]+)(?:\s*\.\s*(?:"[^"]+"|[\w$]+))?)(\s+with\s+no\s+data)?/gi;
const DYNAMIC = /\brefresh\s+materialized\s+view\s+(?:concurrently\s*)?[%'$]/i;
const COMMENT = /--[^\n]*|\/\*[\s\S]*?\*\//g;

/** The refreshes in a command or a function body; statements that are built at run time are not found. */
export function refreshesIn(text: string): Refresh[] {
  return [...withoutComments(text).matchAll(REFRESH)].map(([, concurrently, view = "", emptying]) => ({
    view: view.replace(/\s*\.\s*/, "."),
    is_concurrent: concurrently !== undefined,
    is_emptying: emptying !== undefined,
  }))
    // Left over if the name is built at run time.
    .filter(({ view }) => view.toLowerCase() !== "concurrently");
}

/** Whether a text refreshes a view whose name is built at run time. */
export function isDynamicRefresh(text: string): boolean {
  return DYNAMIC.test(withoutComments(text));
}

/** The text without SQL comments, which are not executed. */
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
