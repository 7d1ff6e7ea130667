import type { Alert } from "../../shared/core/audit_pass.ts";

/** A failed refresh as the outbox holds it; the number tells alerts apart. */
export function failedAlert(number = 1, payload: Partial<Alert["payload"]> = {}): Alert {
  const job = `refresh-mv_${number}`;
  return {
    event_id: number.toString(16).padStart(32, "0"),
    transition: "opened",
    payload: {
      kind: "failed",
      subject: job,
      fingerprint: `failed:${job}`,
      severity: "error",
      summary: "A run of a job ended in failure.",
      incident_id: number,
      streak: 3,
      first_seen_at: "2026-11-20T09:40:00+00:00",
      last_seen_at: "2026-11-20T10:00:00+00:00",
      opened_at: "2026-11-20T10:00:01+00:00",
      closed_at: null,
      resolution: null,
      job,
      schedule: "*/10 * * * *",
      runid: 4711,
      sqlstate: "42P01",
      message: `ERROR:  refresh of analytics.mv_${number} failed [42P01]: relation "analytics.gone" does not exist`,
      ...payload,
    },
  };
}
