import { AppError } from "../../kernel/app_error.ts";
import type { Clock } from "../../kernel/ports.ts";
import type { RefreshAsked, RefreshRequest } from "../../read/refresh_request.ts";
import type { Refreshes } from "../../read/refreshes.ts";
import type { AnalyticsRpc } from "./analytics_rpc.ts";

/** How long slots are kept in memory: a slot that has passed, or a changed schedule, is reported wrongly for as long. */
const KNOWN_MS = 10_000;

const CALENDAR_MS = 2_000;

/** To request a refresh and to look at it takes no longer than a read: a job of the database does the refresh. */
const QUEUE_MS = 5_000;

/** The jobs that work through the queue; the first one that is free takes the next request. */
const WORKERS = ["analytics-refresh-queue-1", "analytics-refresh-queue-2"] as const;

/** For how long, at most, the database refuses callers without the secret key. */
const PAUSE_SECONDS = 60;

/**
 * The queue of refreshes in the database. No call waits for a refresh: the data API would cut it off after eight seconds.
 * Slots come from the audit's calendar, which is loaded when the first caller asks for one.
 */
export function createRefreshes(rpc: AnalyticsRpc, clock: Clock): Refreshes {
  let slots: Promise<ReadonlyMap<string, string | null>> | null = null;
  let looked_at = -Infinity;

  async function look(): Promise<ReadonlyMap<string, string | null>> {
    const [{ computeCalendar }, { calendarRequestSchema }] = await Promise.all([
      import("../../audit/calendar/calendar.ts"),
      import("../../audit/calendar/request.ts"),
    ]);
    const output = calendarRequestSchema.nullable();
    const request = await rpc({ name: "audit_calendar_request", input: {}, output, timeout_ms: CALENDAR_MS });
    const jobs = request === null ? [] : computeCalendar(request).jobs;
    return new Map(jobs.map(({ job_name, next_slot_at }) => [job_name, next_slot_at]));
  }

  function known(): Promise<ReadonlyMap<string, string | null>> {
    const now = clock.now();
    if (slots !== null && now - looked_at < KNOWN_MS) return slots;
    looked_at = now;
    const looking = look();
    slots = looking;
    looking.catch(() => slots = null);
    return looking;
  }

  return {
    async nextAt(view) {
      const slot = (await known()).get(`refresh-${view}`) ?? null;
      return slot === null ? null : Date.parse(slot);
    },
    async queueAt() {
      const slots = await known();
      const moments = WORKERS.map((job) => slots.get(job) ?? null).filter((slot) => slot !== null).map(Date.parse);
      return moments.length === 0 ? null : Math.min(...moments);
    },
    async request(asked, by) {
      const { asked_by, ...target } = asked;
      const input = { view_name: "view" in target ? target.view : null, pack: "pack" in target ? target.pack : null };
      try {
        const output = (await import("../../read/refresh_request.ts")).refreshRequest;
        const call = { output, timeout_ms: QUEUE_MS };
        return by === undefined
          ? await rpc({ ...call, name: "request_refresh", input: { ...input, asked_by } })
          : await rpc({ ...call, name: "operate_refresh", input: { ...input, ...by } });
      } catch (error) {
        return refused(error, asked);
      }
    },
    async look(id) {
      const output = (await import("../../read/refresh_request.ts")).refreshRequest.nullable();
      return await rpc({ name: "refresh_request", input: { id }, output, timeout_ms: QUEUE_MS });
    },
  };
}

/** Null for an unknown name; an error with the remedy for a refusal that the caller can act on. */
function refused(error: unknown, asked: RefreshAsked): RefreshRequest | null {
  if (!(error instanceof AppError)) throw error;
  if (error.code === "NOT_FOUND") return null;
  if (error.code !== "RATE_LIMITED") throw error;
  const what = "view" in asked ? `The view "${asked.view}"` : `A view of the pack "${asked.pack}"`;
  throw new AppError("RATE_LIMITED", {
    detail:
      `${what} was refreshed by hand less than a minute ago; try again after the time in Retry-After, or use the secret ` +
      "key, which has no such limit",
    retry_after_seconds: PAUSE_SECONDS,
  });
}
