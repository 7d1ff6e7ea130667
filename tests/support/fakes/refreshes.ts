import type { RefreshAsked, RefreshOperator, RefreshRequest } from "../../../shared/read/refresh_request.ts";
import type { Refreshes } from "../../../shared/read/refreshes.ts";

/** A message that no answer may contain. */
const LEAK = "refresh of analytics.mv_b failed [23505]: Key (email)=(anna@example.com) already exists";

/** A refresh queue in memory: records requests; the test decides their outcome. */
export class FakeRefreshes implements Refreshes {
  readonly asked: RefreshAsked[] = [];
  /** Who asked; null for a reader. */
  readonly operators: (RefreshOperator | null)[] = [];
  looks = 0;
  next: number | null = null;
  queue_next: number | null = null;
  readonly known = new Map<number, RefreshRequest>();
  /** The answer to a request. Default: there is no such view. */
  work: (view: string) => Promise<RefreshRequest | null> = () => Promise.resolve(null);

  nextAt(): Promise<number | null> {
    return Promise.resolve(this.next);
  }

  queueAt(): Promise<number | null> {
    return Promise.resolve(this.queue_next);
  }

  async request(asked: RefreshAsked, by?: RefreshOperator): Promise<RefreshRequest | null> {
    this.asked.push(asked);
    this.operators.push(by ?? null);
    const request = await this.work("view" in asked ? asked.view : asked.pack);
    if (request !== null) this.known.set(request.id, request);
    return request;
  }

  look(id: number): Promise<RefreshRequest | null> {
    this.looks += 1;
    return Promise.resolve(this.known.get(id) ?? null);
  }
}

type View = RefreshRequest["views"][number];

/** A request with these views and outcomes; null: the view is waiting. */
export function requestOf(outcomes: Readonly<Record<string, View["outcome"]>>, id = 12): RefreshRequest {
  const views = Object.entries(outcomes).map(([view, outcome]): View => ({
    view,
    state: outcome === null ? "queued" : "finished",
    outcome,
    refresh_id: outcome === null ? null : 31,
    group_count: outcome === "refreshed" ? 4 : null,
    changed_count: outcome === "refreshed" ? 7 : null,
    unexplained_count: null,
    sqlstate: outcome === "failed" ? "23505" : null,
    message: outcome === "failed" ? LEAK : null,
    attempt_count: outcome === null ? 0 : 1,
    started_at: outcome === null ? null : "2026-11-20T10:00:05.120000Z",
    finished_at: outcome === null ? null : "2026-11-20T10:00:14.480000Z",
  }));
  const is_finished = views.every(({ state }) => state === "finished");
  const one = views.length === 1 ? views[0]?.view : undefined;
  return {
    id,
    state: is_finished ? "finished" : views.some(({ state }) => state === "finished") ? "running" : "queued",
    view: one ?? null,
    pack: one === undefined ? "sample" : null,
    requested_by: "service",
    requested_at: "2026-11-20T10:00:00.000000Z",
    finished_at: is_finished ? "2026-11-20T10:00:14.480000Z" : null,
    views,
  };
}
