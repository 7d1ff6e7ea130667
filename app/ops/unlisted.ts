import { failureOf } from "../../shared/client/reply.ts";
import { transportOf } from "../../shared/client/transport.ts";
import type { Endpoint } from "../../shared/client/mod.ts";

export interface Health {
  readonly status: "ok" | "unknown" | "bad";
  readonly reasons: readonly string[];
}

/** Asks once: a 503 is an answer here, and says why. */
export async function readHealth(reach: Endpoint, signal: AbortSignal): Promise<Health> {
  const reply = await transportOf(reach)("analytics/health", { headers: { accept: "application/json" }, signal });
  const { status, reasons } = (reply.body ?? {}) as Partial<Health>;
  if (status !== "ok" && status !== "unknown" && status !== "bad") throw failureOf(reply);
  return { status, reasons: reasons ?? [] };
}

/** A page of the runbook, as Markdown. @throws FreshetError */
export async function readRunbook(reach: Endpoint, page: string, signal: AbortSignal): Promise<string> {
  const reply = await transportOf(reach)(`analytics/runbook/${page}`, { headers: { accept: "text/plain" }, signal });
  if (reply.status !== 200 || typeof reply.body !== "string") throw failureOf(reply);
  return reply.body;
}
