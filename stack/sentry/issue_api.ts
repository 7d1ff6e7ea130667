import { z } from "zod";
import { readAlertRule } from "./alert_rules.ts";
import type { Issue, Issues } from "./issues.ts";

export interface ApiRequest {
  readonly method: string;
  /** From the origin on, with the query. */
  readonly path: string;
  readonly authorization: string | null;
  readonly body: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiOptions {
  readonly issues: Issues;
  readonly organization: string;
  readonly project: string;
  /** Scopes of each token that Sentry knows. */
  readonly tokens: Readonly<Record<string, readonly string[]>>;
}

const status = z.object({ status: z.enum(["resolved", "unresolved", "ignored"]) });
const note = z.object({ text: z.string().min(1) });

/**
 * Stand-in for the calls of Sentry's API that closing an issue needs, and for the creation of alert rules: scopes, statuses and
 * messages are Sentry's.
 */
export function issueApi({ issues, organization, project, tokens }: ApiOptions): (request: ApiRequest) => ApiAnswer {
  return ({ method, path, authorization, body }) => {
    const scopes = tokens[authorization?.replace(/^Bearer /, "") ?? ""];
    if (scopes === undefined) return { status: 401, body: { detail: "Invalid token" } };
    const may = (...wanted: string[]) => wanted.some((one) => scopes.includes(one));
    const url = new URL(path, "http://sentry.invalid");
    const [, , , collection, owner, name, id, more] = url.pathname.split("/");
    if (owner !== organization) return NOT_FOUND;

    if (method === "POST" && collection === "projects" && name === project && id === "rules") {
      if (!may("alerts:write", "project:write", "project:admin")) return FORBIDDEN;
      return checked(() => {
        issues.add(readAlertRule(body));
        return { status: 201, body: {} };
      });
    }
    if (collection !== "organizations" || name !== "issues") return NOT_FOUND;
    if (method === "GET" && (id === undefined || id === "")) {
      if (!may("event:read", "event:write", "event:admin")) return FORBIDDEN;
      const event_id = url.searchParams.get("query") ?? "";
      const issue = issues.ofEvent(event_id);
      // A text that is not an event id is a full-text search, which this stand-in does not do.
      if (issue === undefined) return { status: 200, body: [] };
      return {
        status: 200,
        body: [{ ...serialized(issue), matchingEventId: event_id }],
        headers: { "x-sentry-direct-hit": "1" },
      };
    }
    const issue = issues.find(id ?? "");
    if (!may("event:write", "event:admin")) return FORBIDDEN;
    if (issue === undefined) return NOT_FOUND;
    if (method === "PUT" && (more === undefined || more === "")) {
      return checked(() => {
        issues.setStatus(issue.id, status.parse(body).status);
        return { status: 200, body: serialized(issue) };
      });
    }
    if (method === "POST" && more === "comments") {
      return checked(() =>
        issues.comment(issue.id, note.parse(body).text)
          ? { status: 201, body: {} }
          : { status: 400, body: { detail: "You have already posted that comment." } }
      );
    }
    return { status: 405, body: { detail: `Method "${method}" not allowed.` } };
  };
}

const NOT_FOUND: ApiAnswer = { status: 404, body: { detail: "The requested resource does not exist" } };
const FORBIDDEN: ApiAnswer = {
  status: 403,
  body: { detail: "You do not have permission to perform this action." },
};

function serialized({ id, title, status, event_ids, comments }: Issue) {
  return { id, title, status, count: String(event_ids.length), numComments: comments.length };
}

function checked(answer: () => ApiAnswer): ApiAnswer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 400, body: { detail: z.prettifyError(error) } };
    throw error;
  }
}
