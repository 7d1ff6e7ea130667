import type { Clock } from "../kernel/ports.ts";
import type { HealthReport, HealthSource } from "./health.ts";

export interface Remembering {
  readonly clock: Clock;
  readonly milliseconds: number;
}

/** Lets everybody who asks within the time share one look: /health is public, and each look may be a query. */
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
      // Whoever asked is told of a failure; the next one looks again.
      look.catch(() => look = null);
      return look;
    },
  };
}
