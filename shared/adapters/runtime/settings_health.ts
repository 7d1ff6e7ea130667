import type { HealthSource } from "../../ops/health.ts";

/** Reports settings that were ignored; they make nothing unhealthy. No health source where there is nothing to report. */
export function settingsHealth(notes: readonly string[]): readonly HealthSource[] {
  if (notes.length === 0) return [];
  return [{ name: "settings", check: () => Promise.resolve({ status: "ok", reasons: [], details: { notes } }) }];
}
