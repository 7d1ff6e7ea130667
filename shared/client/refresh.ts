import type { FreshetOptions } from "./client.ts";
import { FreshetError } from "./failure.ts";
import { pause, sendPatiently } from "./patience.ts";
import { failureOf, type Reply } from "./reply.ts";
import { transportOf } from "./transport.ts";

/** What is refreshed: one view, or all views of a pack. */
export type RefreshTarget = { readonly view: string } | { readonly pack: string };

/** One view of a requested refresh. */
export interface RefreshedView {
  readonly view: string;
  readonly state: "queued" | "running" | "finished";
  /** Null until it has finished. */
  readonly outcome: "refreshed" | "skipped_clean" | "skipped_busy" | "failed" | null;
  /** Its row in the ledger `analytics.refresh_log`. */
  readonly refresh_id: number | null;
  /** Of a view that is refreshed by group: rows inserted, changed or deleted. */
  readonly changed_count: number | null;
  readonly sqlstate: string | null;
  readonly message: string | null;
}

export interface RequestedRefresh {
  readonly id: number;
  readonly state: "queued" | "running" | "finished";
  readonly views: readonly RefreshedView[];
}

export interface RefreshOptions {
  /** Its abort ends the looking; the refresh goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each state until the refresh has finished. */
  readonly onProgress?: ((request: RequestedRefresh) => void) | undefined;
}

/**
 * Requests a refresh, and waits until it has finished. For an admin or the secret key. A view that failed is no error:
 * its `outcome` says so.
 *
 * @throws FreshetError; the signal's reason when it aborts
 */
export type Refresher = (target: RefreshTarget, options?: RefreshOptions) => Promise<RequestedRefresh>;

/** Seconds between two looks: a request waits up to a minute for its job. */
const PACE_SECONDS = 2;

/** The function that refreshes, by itself: for pages of operators. */
export function createRefresher(client: FreshetOptions): Refresher {
  return (target, options) => followRefresh(client, `refresh?${new URLSearchParams({ ...target })}`, null, options);
}

/** Sends a request for a refresh to a path below `/ops`, and looks at it until it has finished. */
export async function followRefresh(
  client: FreshetOptions,
  path: string,
  body: object | null,
  options: RefreshOptions = {},
): Promise<RequestedRefresh> {
  const { signal = null, onProgress } = options;
  const transport = transportOf(client);
  const { retries = 2, sleep = pause } = client;

  async function ask(method: "POST" | "GET", path: string, body: object | null): Promise<RequestedRefresh> {
    const request = { method, body, headers: { accept: "application/json" }, signal };
    const reply = await sendPatiently(() => transport(`analytics/ops/${path}`, request), client, signal);
    if (reply instanceof FreshetError) throw reply;
    return requestIn(reply);
  }

  /** The next state. A refresh outlives a moment without network. */
  async function look(id: number): Promise<RequestedRefresh> {
    for (let left = retries;; left--) {
      try {
        return await ask("GET", `refreshes/${id}`, null);
      } catch (error) {
        if (left <= 0 || !(error instanceof FreshetError) || error.code !== "UNREACHABLE") throw error;
        await sleep(PACE_SECONDS * 1_000, signal);
      }
    }
  }

  signal?.throwIfAborted();
  let request = await ask("POST", path, body);
  while (request.state !== "finished") {
    onProgress?.(request);
    await sleep(PACE_SECONDS * 1_000, signal);
    request = await look(request.id);
  }
  return request;
}

function requestIn(reply: Reply): RequestedRefresh {
  const { data } = (reply.body ?? {}) as { readonly data?: RequestedRefresh };
  if (typeof data !== "object" || !("views" in data)) throw failureOf(reply);
  return data;
}
