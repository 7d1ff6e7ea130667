import type { AlertCategory } from "../../audit/ports.ts";

const SENTRY_CATEGORIES = { events: "error", check_ins: "monitor" } as const satisfies Record<AlertCategory, string>;

export interface RateLimitHeaders {
  /** `X-Sentry-Rate-Limits`: `<seconds>:<categories>:<scope>…, …`; no categories means all. */
  readonly rate_limits: string | null;
  /** `Retry-After`: seconds or an HTTP date. */
  readonly retry_after: string | null;
}

/**
 * How many seconds Sentry asks to wait before more of a category; null when it does not say. Its own header wins over
 * `Retry-After`, and can also be set on a 200.
 *
 * Not the SDK's parser: `@sentry/deno` 10.75.2 does not export it (`updateRateLimits` is in `@sentry/core`), and it differs. It
 * takes the last limit of a category instead of the longest, a minute for a `Retry-After` that it cannot read, where the
 * alert's own backoff decides here, and numbers of any size and sign.
 *
 * @param now milliseconds since the epoch, for the date form
 */
export function rateLimitSeconds(headers: RateLimitHeaders, category: AlertCategory, now: number): number | null {
  if (headers.rate_limits !== null) return quotaSeconds(headers.rate_limits, SENTRY_CATEGORIES[category]);
  return headers.retry_after === null ? null : retryAfterSeconds(headers.retry_after, now);
}

function quotaSeconds(header: string, category: string): number | null {
  const holds = header.split(",").flatMap((limit) => {
    const [seconds = "", categories = ""] = limit.trim().split(":");
    const concerned = categories === "" || categories.split(";").includes(category);
    // Sentry asks for a minute where the number cannot be read.
    return concerned ? [wholeSeconds(seconds) ?? 60] : [];
  });
  return holds.length === 0 ? null : Math.max(...holds);
}

function retryAfterSeconds(header: string, now: number): number | null {
  const seconds = wholeSeconds(header);
  if (seconds !== null) return seconds;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(Math.ceil((date - now) / 1_000), 0);
}

function wholeSeconds(text: string): number | null {
  return /^\s*\d{1,9}(?:\.\d+)?\s*$/.test(text) ? Math.ceil(Number(text)) : null;
}
