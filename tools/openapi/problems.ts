import { AppError, ERROR_STATUS, type ErrorCode } from "../../shared/kernel/app_error.ts";
import { FakeRefreshes } from "../../tests/support/fakes/refreshes.ts";
import { createHttpRig, createSampleRig, LANES_PATH, UNLIMITED } from "../../tests/support/rigs/http_rig.ts";
import { KEYS } from "../../tests/support/fixtures/tokens.ts";
import { ALWAYS, type HeaderName, headersNamed } from "./headers.ts";
import { type Json, ref } from "./json.ts";
import { EXAMPLE_TIME } from "./sample_answers.ts";

interface Provocation {
  /** When the problem happens. */
  readonly summary: string;
  /** Makes the real handler answer with this problem. */
  readonly provoke: (rig: ReturnType<typeof createSampleRig>) => Promise<Response>;
}

/** How to cause each problem. A code without an entry is a compile error. */
const PROVOCATIONS: Readonly<Record<ErrorCode, Provocation>> = {
  BAD_REQUEST: {
    summary: "A parameter is missing, unknown, repeated or malformed; `errors` names each field and the reason",
    provoke: ({ ask }) => ask("/analytics/sample/progress?agent_id=me&weeks=many"),
  },
  UNAUTHENTICATED: {
    summary: "No credential, or an invalid one",
    provoke: ({ ask }) => ask(LANES_PATH, { anonymous: true }),
  },
  FORBIDDEN: {
    summary: "A genuine credential that may not read this",
    provoke: ({ ask }) => ask("/analytics/sample/heatmap"),
  },
  NOT_FOUND: {
    summary: "No such path, or nothing with the requested name or id",
    provoke: ({ ask }) => ask("/analytics/sample/lanes"),
  },
  METHOD_NOT_ALLOWED: {
    summary: "A method that the path does not support: data takes GET and HEAD, requests for work take POST",
    provoke: ({ ask }) => ask(LANES_PATH, { method: "POST" }),
  },
  NOT_ACCEPTABLE: {
    summary: "`Accept` names no format of the resource",
    provoke: ({ ask }) => ask(LANES_PATH, { headers: { apikey: KEYS.publishable, accept: "image/png" } }),
  },
  CONFLICT: {
    summary: "The thing is in another state than the request takes for granted",
    provoke: () => refusedWith("CONFLICT", "The export has ended: it cannot be cancelled any more"),
  },
  CONTENT_TOO_LARGE: {
    summary: "The body of the request, or the file that it asks for, is over the limit",
    provoke: () => refusedWith("CONTENT_TOO_LARGE", "The body has more than 16384 bytes: send a shorter one"),
  },
  RATE_LIMITED: {
    summary: "More requests than the limit allows",
    async provoke() {
      const limits = { ...UNLIMITED, key: { requests: 1, seconds: 60 } };
      const { ask } = createSampleRig({ now: EXAMPLE_TIME, rates: () => ({ limits }) });
      await ask(LANES_PATH);
      return await ask(LANES_PATH);
    },
  },
  INTERNAL: {
    summary: "A fault of the server, in the log under the `request_id`",
    provoke: () => createSampleRig({ now: EXAMPLE_TIME, beforeConnect: fail }).ask(LANES_PATH),
  },
  NOT_READY: {
    summary: "The view was never refreshed, or its state cannot be read",
    provoke: () => createHttpRig({ now: EXAMPLE_TIME }).ask(LANES_PATH),
  },
  TOO_STALE: {
    summary: "The rows are older than the caller demanded",
    async provoke() {
      const refreshes = new FakeRefreshes();
      refreshes.next = EXAMPLE_TIME + 900_000;
      const { ask, clock } = createSampleRig({ now: EXAMPLE_TIME, refreshes });
      clock.advance(600_000);
      return await ask(`${LANES_PATH}&max_age=60`);
    },
  },
  SOURCE_UNAVAILABLE: {
    summary: "The database does not answer and nothing is cached",
    provoke({ ask, source }) {
      source.is_down = true;
      return ask(LANES_PATH);
    },
  },
};

/** An answer of the real handler to a problem that no path of this document has by itself: other functions have it. */
function refusedWith(code: ErrorCode, detail: string): Promise<Response> {
  const beforeConnect = () => {
    throw new AppError(code, { detail });
  };
  return createSampleRig({ now: EXAMPLE_TIME, beforeConnect }).ask(LANES_PATH);
}

function fail(): never {
  throw new Error("provoked");
}

/** Replaces the random request ids of examples, so that the document does not change. */
const EXAMPLE_REQUEST_ID = "7f9c2ba4-e88f-4827-a8f1-9e2a3c0e1b5d";

export interface Problem {
  readonly code: ErrorCode;
  readonly status: number;
  readonly summary: string;
  readonly value: Json;
  readonly headers: Headers;
}

/** One real answer for each code. */
export async function provokeProblems(): Promise<Problem[]> {
  return await Promise.all(
    Object.entries(PROVOCATIONS).map(async ([name, { summary, provoke }]) => {
      const code = name as ErrorCode;
      const response = await provoke(createSampleRig({ now: EXAMPLE_TIME }));
      const body: Json = await response.json();
      if (body.code !== code) throw new Error(`The provocation of ${code} got ${body.code}`);
      const value = { ...body, request_id: EXAMPLE_REQUEST_ID };
      return { code, status: ERROR_STATUS[code], summary, value, headers: response.headers };
    }),
  );
}

/** The responses that operations refer to, by status; "other" has the problems that no GET of a known path gets. */
export function problemResponses(problems: readonly Problem[]): Json {
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    const name = componentOf(problem);
    groups.set(name, [...groups.get(name) ?? [], problem]);
  }
  return Object.fromEntries([...groups].map(([name, group]) => [name, responseOf(group)]));
}

const OTHERS: readonly ErrorCode[] = ["NOT_FOUND", "METHOD_NOT_ALLOWED", "CONFLICT", "CONTENT_TOO_LARGE"];

function componentOf({ code, status }: { readonly code: ErrorCode; readonly status: number }): string {
  return OTHERS.includes(code) ? "Problem" : `Problem${status}`;
}

function responseOf(group: readonly Problem[]): Json {
  const sent = (name: HeaderName) => group.some(({ headers }) => headers.has(name));
  const extra = (["Retry-After", "WWW-Authenticate", "Allow"] as const).filter(sent);
  return {
    description: group.map(({ code, summary }) => `\`${code}\`: ${summary}.`).join(" "),
    headers: headersNamed("Cache-Control", ...extra, ...ALWAYS),
    content: {
      "application/problem+json": {
        schema: ref("schemas", "Problem"),
        examples: Object.fromEntries(group.map(({ code, summary, value }) => [code, { summary, value }])),
      },
    },
  };
}

/** The responses of a path's problems, by status. */
export function problemsOf(...codes: readonly ErrorCode[]): Json {
  const responses = codes.map((code) => {
    const status = ERROR_STATUS[code];
    return [String(status), ref("responses", componentOf({ code, status }))] as const;
  });
  return { ...Object.fromEntries(responses), default: ref("responses", "Problem") };
}
