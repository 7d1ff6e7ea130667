import { z } from "zod";
import type { Closing, ClosingAnswer, IssueTracker } from "../../audit/issues.ts";
import { receiverWords } from "./receiver_words.ts";

export interface SentryIssuesOptions {
  /** Address of the API: https://sentry.io, or that of the region or of a self-hosted Sentry. */
  readonly url: string;
  /** Slug or number. */
  readonly organization: string;
  /** Number, as the DSN has it. */
  readonly project: string;
  /** With scope event:write. */
  readonly token: string;
  readonly timeout_ms?: number;
}

const found = z.array(z.looseObject({
  id: z.string().regex(/^\d+$/),
  status: z.string(),
  matchingEventId: z.string().optional(),
}));

/** What a person has to repair is retried after this time. */
const REFUSED_SECONDS = 900;
const UNSTATED_HOLD_SECONDS = 60;

/**
 * Closes issues through Sentry's API. An issue is found by the id of an event in it: the list of issues needs event:write,
 * while the endpoint for that lookup needs org:read as well, and answers once a second for a whole organisation.
 */
export function createSentryIssues(options: SentryIssuesOptions): IssueTracker {
  const { organization, project, timeout_ms = 5_000 } = options;
  const issuesUrl = `${options.url.replace(/\/+$/, "")}/api/0/organizations/${
    encodeURIComponent(organization)
  }/issues/`;

  return {
    async close(closing) {
      const query = new URLSearchParams({ query: closing.opened_event_id, project, collapse: "stats" });
      const looked = await call("GET", `?${query}`);
      if (!looked.ok) return failure(looked);
      const issue = issueIn(looked.text, closing.opened_event_id);
      // Sentry files an event some time after it accepted it, and may have dropped it because of a filter or a quota.
      if (issue === null) return { kind: "retry", error: "Sentry knows no issue of the event that opened it" };

      // A person who archived an issue wants no more notifications: closing it would make the next event notify them.
      if (closing.resolve && issue.status !== "resolved" && issue.status !== "ignored") {
        const resolved = await call("PUT", `${issue.id}/`, { status: "resolved" });
        if (!resolved.ok) return failure(resolved);
      }
      return await comment(issue.id, closing);
    },
  };

  async function comment(id: string, { comment: text }: Closing): Promise<ClosingAnswer> {
    const written = await call("POST", `${id}/comments/`, { text });
    if (written.ok) return { kind: "done", note: null };
    const answer = failure(written);
    // Refused for good: the issue is closed, which is what counts. "You have already posted that comment" does not count as a refusal.
    const is_final = written.status !== null && written.status >= 400 && written.status < 500 && written.status !== 429;
    if (!is_final) return answer;
    const is_there = written.status === 400 && written.text.includes("already posted");
    return { kind: "done", note: is_there ? null : `closed without a comment: ${answer.error}` };
  }

  async function call(method: string, path: string, body?: unknown): Promise<IssueAnswer> {
    try {
      const response = await fetch(issuesUrl + path, {
        method,
        headers: {
          authorization: `Bearer ${options.token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // The token must not follow a redirect to another host.
        redirect: "manual",
        signal: AbortSignal.timeout(timeout_ms),
      });
      const text = await response.text();
      return { ok: response.ok, status: response.status, text, retry_after: response.headers.get("retry-after") };
    } catch {
      // The error may contain the arguments of the call.
      return { ok: false, status: null, text: "", retry_after: null };
    }
  }

  function failure({ status, text, retry_after }: IssueAnswer): ClosingAnswer & { readonly error: string } {
    if (status === null) return { kind: "retry", error: "no answer from Sentry's API" };
    const words = receiverWords(text, [options.token]);
    const said = `Sentry's API answered ${status}${words === null ? "" : `: ${words}`}`;
    switch (status) {
      case 401:
        return {
          kind: "stop",
          seconds: REFUSED_SECONDS,
          error: `${said}. SENTRY_AUTH_TOKEN is no token of it; it needs scope event:write`,
        };
      case 403:
        return {
          kind: "stop",
          seconds: REFUSED_SECONDS,
          error: `${said}. SENTRY_AUTH_TOKEN lacks scope event:write, or the project`,
        };
      case 404:
        return {
          kind: "stop",
          seconds: REFUSED_SECONDS,
          error: `${said}. SENTRY_ORG or SENTRY_URL is not where the project of SENTRY_DSN is`,
        };
      case 429:
        return { kind: "stop", seconds: secondsOf(retry_after), error: said };
      default:
        return { kind: "retry", error: said };
    }
  }
}

interface IssueAnswer {
  readonly ok: boolean;
  /** null: none came. */
  readonly status: number | null;
  readonly text: string;
  readonly retry_after: string | null;
}

/** For Sentry a text that is not the id of an event is a full-text search, so a hit must name the event. */
function issueIn(text: string, event_id: string): z.output<typeof found>[number] | null {
  try {
    return found.parse(JSON.parse(text)).find((issue) => issue.matchingEventId === event_id) ?? null;
  } catch {
    return null;
  }
}

function secondsOf(retry_after: string | null): number {
  const seconds = Number(retry_after ?? "");
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : UNSTATED_HOLD_SECONDS;
}
