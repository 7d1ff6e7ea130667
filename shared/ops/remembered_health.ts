import type { Clock } from "../kernel/ports.ts";
import type { HealthReport, HealthSource } from "./health.ts";

export interface Remembering {
  readonly clock: Clock;
  readonly milliseconds: number;
}

/** All callers within the time share one check: /health is public, and each check may be a query. */
export function rememberHealth(source: HealthSource, { clock, milliseconds }: Remembering): HealthSource {
  let looked_at = -Infinity;
  let look: Promise<HealthReport> | null = null;

  return {
    name: source.name,
    check(emit) {
      const now = clock.now();
      if (look !== null && now - looked_at < milliseconds) return look;
      looked_at = now;
      look = source.check(emit);
      // The callers who waited get the failure; the next caller checks again.
      look.catch(() => look = null);
      return look;
    },
  };
}
