import type { Part } from "../part.ts";
import { signedBySvix } from "../svix.ts";
import { pageOf } from "./lists.ts";
import { ClerkObjects, pairOf } from "./objects.ts";
import { refusal } from "./refusal.ts";

/** A stand-in of Clerk: its Backend API as far as lists and single objects are read, and its webhooks. */
export interface ClerkPart extends Part {
  readonly url: string;
  /** What a program that asks Clerk reads from its environment. */
  readonly variables: Readonly<Record<string, string>>;
  readonly objects: ClerkObjects;
  /** Paths with their queries, of all requests that had the key; a test may empty it. */
  readonly asked: string[];
  /** The next `times` requests are answered with 429 and these seconds in Retry-After. */
  limit(times: number, seconds: number): void;
  /** false: as an instance that does not use organisations. */
  useOrganizations(are_used: boolean): void;
}

export interface ClerkOptions {
  /** Left out: changes are not reported. */
  readonly webhook?: { readonly url: string; readonly secret: string };
  /** Requests that are taken in 10 seconds: 1,000 of a production instance, 100 of a development one. */
  readonly rate?: number;
}

const VERSION = "2026-05-12";
const WINDOW_SECONDS = 10;

/** Everything is in memory: it is gone when the stack stops. */
export function startClerk({ webhook, rate = 1_000 }: ClerkOptions = {}): ClerkPart {
  const objects = new ClerkObjects();
  const secret_key = `sk_test_${crypto.randomUUID().replaceAll("-", "")}`;
  const asked: string[] = [];
  let limited = { times: 0, seconds: 1 };
  let are_used = true;
  let window = { number: 0, count: 0 };

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname, search, searchParams } = new URL(request.url);
    if (request.method === "POST" && pathname === "/events") return await takeEvent(await request.text());
    if (request.headers.get("authorization") !== `Bearer ${secret_key}`) {
      return refusal(401, "authentication_invalid", "The secret key is invalid.");
    }
    asked.push(`${pathname}${search}`);
    const wait_seconds = secondsToWait();
    if (wait_seconds > 0) {
      return refusal(429, "too_many_requests", "Too many requests.", { "retry-after": String(wait_seconds) });
    }
    if (request.headers.get("clerk-api-version") !== VERSION) {
      return refusal(400, "api_version_invalid", `This stand-in speaks version ${VERSION} only.`);
    }
    if (request.method !== "GET") return refusal(405, "method_not_allowed", "This stand-in is read only.");
    return answer(pathname.split("/").slice(1).map(decodeURIComponent), searchParams);
  });

  function secondsToWait(): number {
    if (limited.times > 0) {
      limited.times -= 1;
      return limited.seconds;
    }
    const second = Math.floor(Date.now() / 1000);
    const number = Math.floor(second / WINDOW_SECONDS);
    window = { number, count: window.number === number ? window.count + 1 : 1 };
    return window.count > rate ? (number + 1) * WINDOW_SECONDS - second : 0;
  }

  function answer([version, list, id, of, ...more]: readonly string[], query: URLSearchParams): Response {
    const missing = refusal(404, "resource_not_found", "Resource not found.");
    if (version !== "v1" || more.length > 0) return missing;
    if (list === "users" && of === undefined) {
      return id === undefined ? paged(pageOf("users", objects.users.values(), query)) : one(objects.users.get(id));
    }
    if (!are_used) {
      return refusal(403, "organization_not_enabled_in_instance", "The instance does not use organizations.");
    }
    if (list === "organization_memberships" && id === undefined) {
      return paged(pageOf("memberships", objects.memberships.values(), query), objects.memberships.size);
    }
    if (list !== "organizations") return missing;
    if (id === undefined) {
      return paged(pageOf("organizations", objects.organizations.values(), query), objects.organizations.size);
    }
    if (of === undefined || !objects.organizations.has(id)) return one(objects.organizations.get(id));
    if (of !== "memberships") return missing;
    const users = query.getAll("user_id");
    const members = [...objects.memberships.values()].filter((object) => {
      const pair = pairOf(object);
      return pair?.org_id === id && (users.length === 0 || users.includes(pair.user_id));
    });
    return paged(pageOf("memberships", members, query), members.length);
  }

  function one(object: unknown): Response {
    return object === undefined ? refusal(404, "resource_not_found", "Resource not found.") : Response.json(object);
  }

  async function takeEvent(body: string): Promise<Response> {
    const content: unknown = parsed(body);
    if (!objects.take(content)) return refusal(422, "event_invalid", "An event has a type and data with an id.");
    if (webhook === undefined) return new Response(null, { status: 204 });
    return await fetch(signedBySvix(webhook, body));
  }

  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    name: "clerk",
    kind: "stand-in",
    detail: `of Clerk's Backend API: ${url}`,
    url,
    variables: { CLERK_API_URL: url, CLERK_SECRET_KEY: secret_key },
    objects,
    asked,
    limit: (times, seconds) => void (limited = { times, seconds }),
    useOrganizations: (used) => void (are_used = used),
    stop: () => server.shutdown(),
  };
}

/** Users come as an array, all else as data with its count. */
function paged(page: ReturnType<typeof pageOf>, total_count?: number): Response {
  if (page instanceof Response) return page;
  return Response.json(total_count === undefined ? page : { data: page, total_count });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
