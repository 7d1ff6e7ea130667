import { z } from "zod";
import { internalError, misconfigured, sourceUnavailable } from "../../../../shared/kernel/app_error.ts";
import type { GetVariable } from "../../../../shared/adapters/runtime/environment.ts";

/**
 * What Clerk answered: JSON; that it has no such thing (missing); that this instance has no organisations (off); that it
 * does not take the query (refused); or for how long it wants to be asked nothing.
 */
export type ClerkAnswer =
  | { readonly content: unknown }
  | { readonly failed: "missing" | "off" | "refused" }
  | { readonly wait_seconds: number };

/** Asks Clerk's Backend API for a path with its query, which begins with a slash. @throws AppError for every other answer */
export type AskClerk = (path: string) => Promise<ClerkAnswer>;

/** The version whose shapes change.ts reads. */
const VERSION = "2026-05-12";

/** A call of the function may take 30 s. */
const TIMEOUT_MS = 10_000;

/** Where an answer of 429 does not say it. */
const DEFAULT_WAIT_SECONDS = 60;

const errors = z.object({ errors: z.array(z.object({ code: z.string() })) });

/** @throws AppError INTERNAL while CLERK_SECRET_KEY is missing or empty */
export function clerkApi(get: GetVariable, fetch: typeof globalThis.fetch = globalThis.fetch): AskClerk {
  const key = get("CLERK_SECRET_KEY") || null;
  if (key === null) {
    throw misconfigured("CLERK_SECRET_KEY is missing or empty", "set it to the secret key of the instance at Clerk");
  }
  const origin = get("CLERK_API_URL") || "https://api.clerk.com";
  const headers = { authorization: `Bearer ${key}`, "clerk-api-version": VERSION };
  return async (path) => {
    const response = await fetch(`${origin}/v1${path}`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
      .catch(() => {
        throw sourceUnavailable("Clerk's API does not answer");
      });
    const content: unknown = await response.json().catch(() => null);
    if (response.ok) return { content };
    return refusalOf(response, codesOf(content));
  };
}

/** A page of a proxy is no answer of Clerk's: it must not count as "there is no such user". */
function codesOf(content: unknown): readonly string[] | null {
  const parsed = errors.safeParse(content);
  return parsed.success ? parsed.data.errors.map(({ code }) => code) : null;
}

function refusalOf({ status, headers }: Response, codes: readonly string[] | null): ClerkAnswer {
  if (status === 429) {
    const seconds = Number(headers.get("retry-after") ?? "");
    return { wait_seconds: Number.isInteger(seconds) && seconds > 0 ? seconds : DEFAULT_WAIT_SECONDS };
  }
  if (codes !== null && status === 404) return { failed: "missing" };
  if (codes !== null && status === 422) return { failed: "refused" };
  if (status === 403 && codes?.includes("organization_not_enabled_in_instance")) return { failed: "off" };
  if (status === 401 || status === 403) {
    throw misconfigured(`Clerk's API refused CLERK_SECRET_KEY with ${status}`, "set the instance's secret key");
  }
  if (status < 500) throw internalError(`Clerk's API answered ${status}: is CLERK_API_URL right?`);
  throw sourceUnavailable(`Clerk's API answered ${status}`);
}
