/** An audit takes a second or two, and its function some more to start. */
const LIMIT_MS = 120_000;

/** Audits once, as the scheduler does every five minutes: until then the health of the audit is unknown. */
export async function auditOnce(origin: string, cronKey: string): Promise<string> {
  const response = await fetch(`${origin}/functions/v1/cron-audit`, {
    method: "POST",
    headers: { apikey: cronKey, "content-type": "application/json" },
    body: "{}",
    signal: AbortSignal.timeout(LIMIT_MS),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "TimeoutError") return null;
    throw error;
  });
  if (response === null) return `no audit within ${LIMIT_MS / 1_000} s; the next one follows within five minutes`;
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) return `the audit answered ${response.status}; the next one follows within five minutes`;
  return typeof body === "object" && body !== null && "outcome" in body ? String(body.outcome) : "no outcome";
}
