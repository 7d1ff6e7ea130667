/** A check-in as Sentry takes it. */
export interface CheckIn {
  readonly monitor_slug: string;
  readonly status: string;
  readonly monitor_config?: {
    readonly failure_issue_threshold?: number | undefined;
    readonly recovery_threshold?: number | undefined;
  } | undefined;
}

/** Sentry takes so many check-ins a minute of one monitor and environment, and drops the others. */
const A_MINUTE = 6;

/**
 * Stand-in for Sentry's cron monitors, as far as a check-in opens and resolves the monitor's issue: so many failures in a
 * row open it, so many that are well resolve it, by themselves. It misses nothing: no time passes in it.
 */
export class Monitors {
  readonly #states = new Map<string, { failures: number; successes: number; is_open: boolean; taken_at: number[] }>();
  /** Check-ins over the limit. */
  dropped = 0;

  constructor(private readonly now: () => number = Date.now) {}

  take({ monitor_slug, status, monitor_config }: CheckIn): void {
    const state = this.#states.get(monitor_slug) ?? { failures: 0, successes: 0, is_open: false, taken_at: [] };
    this.#states.set(monitor_slug, state);
    state.taken_at = state.taken_at.filter((at) => at > this.now() - 60_000);
    if (state.taken_at.length >= A_MINUTE) {
      this.dropped += 1;
      return;
    }
    state.taken_at.push(this.now());
    state.failures = status === "error" ? state.failures + 1 : 0;
    state.successes = status === "ok" ? state.successes + 1 : 0;
    if (state.failures >= (monitor_config?.failure_issue_threshold ?? 1)) state.is_open = true;
    if (state.successes >= (monitor_config?.recovery_threshold ?? 1)) state.is_open = false;
  }

  /** Monitors whose issue is open, by name. */
  get broken(): readonly string[] {
    return [...this.#states].filter(([, state]) => state.is_open).map(([slug]) => slug).sort();
  }
}
