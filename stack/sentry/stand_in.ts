import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import type { Part } from "../part.ts";
import { issueApi } from "./issue_api.ts";
import { Issues } from "./issues.ts";
import { keepEnvelope } from "./keep_envelope.ts";
import { Monitors } from "./monitors.ts";
import { parseEnvelope } from "./parse_envelope.ts";

/** A proxy before Spotlight, which shows events and has no issues. */
export interface IssuesPart extends Part {
  readonly dsn: string;
  /** Of its API, and of the page that lists its issues. */
  readonly url: string;
  readonly organization: string;
  readonly token: string;
}

const ORGANIZATION = "local";
const PROJECT = "1";

/**
 * Takes envelopes, hands them on to Spotlight, and keeps issues of those that Spotlight took: grouped, resolved through the
 * API and opened again as Sentry does. In memory: they are gone when the stack stops.
 */
export function startIssues({ spotlightUrl }: { readonly spotlightUrl: string }): IssuesPart {
  const issues = new Issues();
  const monitors = new Monitors();
  const token = `local_${crypto.randomUUID().replaceAll("-", "")}`;
  const tokens = { [token]: ["event:write", "alerts:write"] };
  const api = issueApi({ issues, organization: ORGANIZATION, project: PROJECT, tokens });

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname.startsWith("/api/0/")) {
      const text = await request.text();
      const authorization = request.headers.get("authorization");
      const body = text === "" ? null : JSON.parse(text);
      const answer = api({ method: request.method, path: pathname + search, authorization, body });
      return Response.json(answer.body, { status: answer.status, ...(answer.headers && { headers: answer.headers }) });
    }
    if (request.method === "POST") return await take(request, pathname + search);
    return Response.json({ issues: issues.all, broken_monitors: monitors.broken });
  });

  async function take(request: Request, path: string): Promise<Response> {
    const bytes = new Uint8Array(await request.arrayBuffer());
    const headers = new Headers();
    for (const name of ["content-type", "content-encoding"]) {
      const value = request.headers.get(name);
      if (value !== null) headers.set(name, value);
    }
    const answer = await fetch(spotlightUrl + path, { method: "POST", headers, body: bytes });
    if (answer.ok) {
      const plain = headers.get("content-encoding") === "gzip" ? gunzipSync(Buffer.from(bytes)) : bytes;
      keepEnvelope(parseEnvelope(plain), { issues, monitors });
    }
    return new Response(answer.body, { status: answer.status });
  }

  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    name: "sentry issues",
    kind: "stand-in",
    detail: `before Spotlight, ${url}`,
    dsn: `http://freshet@127.0.0.1:${server.addr.port}/${PROJECT}`,
    url,
    organization: ORGANIZATION,
    token,
    stop: () => server.shutdown(),
  };
}
