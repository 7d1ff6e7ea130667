/** A request, and the one row of its answer. */
export interface Question {
  readonly path: string;
  readonly row: Readonly<Record<string, unknown>>;
  /** Whether the row belongs to the second owner. */
  readonly is_others?: boolean;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The verdict on one request during a fault. */
export type Verdict = "answered" | "wrong" | "false" | "lost";

/** The required answer: the rows; the rows, marked stale; a 503 with Retry-After; another refusal. */
export type Must = "rows" | "stale" | "told" | { readonly status: number; readonly code: string };

/** A request without an answer after this time is lost. */
const PATIENCE_MS = 20_000;

/** Texts of a driver, a stack trace, an address or a planted value, which no answer may contain. */
const LEAK = /ECONN|postgres|127\.0\.0\.1|\bat .*:\d+:\d+|sb_secret|planted/i;

export async function ask(isolate: string, path: string, headers: Record<string, string>): Promise<Reply | null> {
  try {
    const response = await fetch(`${isolate}${path}`, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch {
    return null;
  }
}

export function judge(reply: Reply | null, { row }: Question, must: Must): Verdict {
  if (reply === null) return "lost";
  const body = parsed(reply.text);
  if (reply.status === 200 && !isRow(body?.["data"], row)) return "false";
  const is_stale = reply.headers.get("freshet-stale") === "?1" && reply.headers.has("age");
  switch (must) {
    case "rows":
      return reply.status === 200 && reply.headers.get("freshet-stale") === null ? "answered" : "wrong";
    case "stale":
      return reply.status === 200 && is_stale ? "answered" : "wrong";
    case "told":
      return isProblem(reply, body, { status: 503, code: "SOURCE_UNAVAILABLE" }) &&
          Number(reply.headers.get("retry-after")) > 0
        ? "answered"
        : "wrong";
    default:
      return isProblem(reply, body, must) ? "answered" : "wrong";
  }
}

type Body = Readonly<Record<string, unknown>> | null;

function isProblem({ status, headers, text }: Reply, body: Body, must: { status: number; code: string }): boolean {
  return status === must.status && body?.["code"] === must.code && !LEAK.test(text) &&
    headers.get("content-type")?.startsWith("application/problem+json") === true;
}

function isRow(data: unknown, row: Question["row"]): boolean {
  const [first, ...others] = Array.isArray(data) ? data : [];
  return first !== undefined && others.length === 0 &&
    Object.entries(row).every(([name, value]) => first[name] === value);
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
