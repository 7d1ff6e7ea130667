import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import type { Refreshes } from "../core/refreshes.ts";
import type { AnalyticsRpc } from "./analytics_rpc.ts";

/** How long slots are known: one that has passed, or a changed schedule, is told wrongly for as long. */
const KNOWN_MS = 10_000;

const CALENDAR_MS = 2_000;

/** A refresh that takes longer goes on in the database; only nobody here hears of its end. */
const REFRESH_MS = 30_000;

const ledger = z.array(z.object({ outcome: z.string() }));

/** Refreshes by the database's own functions; slots by the audit's calendar, which is loaded when somebody asks for one. */
export function createRefreshes(rpc: AnalyticsRpc, clock: Clock): Refreshes {
  let slots: Promise<ReadonlyMap<string, string | null>> | null = null;
  let looked_at = -Infinity;

  async function look(): Promise<ReadonlyMap<string, string | null>> {
    const [{ computeCalendar }, { calendarRequestSchema }] = await Promise.all([
      import("../core/audit_calendar.ts"),
      import("../core/audit_calendar_request.ts"),
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
    async refresh(view_name) {
      const rows = await rpc({ name: "manual_refresh", input: { view_name }, output: ledger, timeout_ms: REFRESH_MS });
      return rows.some(({ outcome }) => outcome === "refreshed" || outcome === "skipped_clean");
    },
  };
}
