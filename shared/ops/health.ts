import { isUnavailable } from "../kernel/app_error.ts";
import type { Emit } from "../cache/event.ts";
import { freshnessOf } from "../read/freshness.ts";
import type { Reader } from "../read/reader.ts";
import { loadAll, type Registry } from "../resource/registry.ts";
import type { ViewState } from "../read/view_state.ts";

/** `unknown` means that there are no data, and is never healthy. */
export type HealthStatus = "ok" | "unknown" | "bad";

export interface HealthReport {
  readonly status: HealthStatus;
  /** Why it is not ok; empty when it is. For the same readers as the details. */
  readonly reasons: readonly string[];
  /** For administrators and the secret key only. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** One source of health: the views, or the audit's last pass. */
export interface HealthSource {
  readonly name: string;
  check(emit: Emit): Promise<HealthReport>;
}

/** The reason when the database could not be asked. */
export const NO_ANSWER = "the database does not answer";

const SEVERITY: Readonly<Record<HealthStatus, number>> = { ok: 0, unknown: 1, bad: 2 };

/** The worst of all; unknown when there is none. */
export function worst(statuses: readonly HealthStatus[]): HealthStatus {
  const [first, ...others] = statuses;
  if (first === undefined) return "unknown";
  return others.reduce((left, right) => SEVERITY[right] > SEVERITY[left] ? right : left, first);
}

/**
 * Every view populated and within its objective; a resource whose view is not registered makes it unknown. It is ok where there
 * is neither a view nor a resource.
 */
export function viewsHealth(reader: Reader, registry: Registry): HealthSource {
  async function check(emit: Emit): Promise<HealthReport> {
    try {
      const { states, is_confirmed } = await reader.primary_pointer.current(emit);
      const now = reader.clock.now();
      const resources = await loadAll(registry);
      const names = [...new Set([...Object.keys(states), ...resources.map((resource) => resource.view)])].sort();
      const views = names.map((name) => [name, describeView(states[name], now)] as const);
      const statuses = views.map(([, view]) => view.status);
      const reasons = names.flatMap((name) => whyNotOk(name, states[name], now));
      if (!is_confirmed) {
        statuses.push("unknown");
        reasons.push(NO_ANSWER);
      }
      // A project that only has its jobs audited serves nothing and registers nothing: then nothing is missing.
      return { status: worst(["ok", ...statuses]), reasons, details: Object.fromEntries(views) };
    } catch (error) {
      if (isUnavailable(error)) return { status: "unknown", reasons: [NO_ANSWER], details: {} };
      throw error;
    }
  }

  return { name: "views", check };
}

/**
 * What the read address does, in the details alone: while it cannot answer, the primary does, and nothing is unhealthy. It
 * is asked for the check, so that an isolate that has read nothing knows too. No source of health without replicas.
 */
export function replicaHealth({ replicated, pointer }: Reader): readonly HealthSource[] {
  if (replicated === null) return [];
  async function check(emit: Emit): Promise<HealthReport> {
    await replicated?.states(pointer.known(), emit);
    return { status: "ok", reasons: [], details: { ...replicated?.report.facts() } };
  }
  return [{ name: "replica", check }];
}

function describeView(state: ViewState | undefined, now: number): { readonly status: HealthStatus } {
  if (state === undefined) return { status: "unknown" };
  if (state.unreadable !== undefined) return { status: "bad", ...state };
  const { age_seconds, is_stale } = freshnessOf(state, now, true);
  const status = state.populated && !is_stale ? "ok" : "bad";
  return { status, ...state, ...(state.verified_at === null ? {} : { age_seconds }) };
}

function whyNotOk(name: string, state: ViewState | undefined, now: number): string[] {
  if (state === undefined) return [`view ${name} is not registered`];
  if (state.unreadable !== undefined) return [`the state of view ${name} cannot be read, at ${state.unreadable}`];
  if (!state.populated) {
    return [
      state.refreshed_at === null
        ? `view ${name} was never refreshed`
        : `view ${name} holds no data: it was emptied since its last refresh`,
    ];
  }
  const { age_seconds, is_stale } = freshnessOf(state, now, true);
  return is_stale
    ? [`view ${name} is stale: ${age_seconds} seconds old, objective ${state.stale_after_seconds} seconds`]
    : [];
}
