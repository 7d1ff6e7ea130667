import { renderCsv } from "../../../shared/adapters/runtime/csv.ts";
import { readDecorations, runbookUrl } from "../../../shared/adapters/runtime/decorations.ts";
import { createIdentity } from "../../../shared/adapters/supabase/identity.ts";
import { createMemoryStore } from "../../../shared/adapters/runtime/memory_store.ts";
import { sha256 } from "../../../shared/adapters/runtime/sha256.ts";
import type { FaultLedger } from "../../../shared/ops/fault_reports.ts";
import type { HealthSource } from "../../../shared/ops/health.ts";
import type { Operations } from "../../../shared/ops/lists.ts";
import type { Refreshes } from "../../../shared/read/refreshes.ts";
import type { RateParts } from "../../../shared/limits/rate_limiter.ts";
import type { RateLimits } from "../../../shared/limits/rate_limits.ts";
import { renderJson } from "../../../shared/read/renderer.ts";
import type { Registry } from "../../../shared/resource/registry.ts";
import { fullName, type Resource } from "../../../shared/resource/resource.ts";
import type { CorsPolicy, Platform } from "../../../shared/platform.ts";
import { serveAnalytics } from "../../../shared/http/serve_analytics.ts";
import { resources as served } from "../../../tools/resources.ts";
import { id, laneRow, progressRow, weaknessRow, winRow } from "../fixtures/sample_rows.ts";
import { samplePack } from "../sample_pack/mod.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeOperations } from "../fakes/operations.ts";
import { FakeRefreshes } from "../fakes/refreshes.ts";
import { FakeSharedStore } from "../fakes/shared_store.ts";
import { type FakeRow, FakeSource } from "../fakes/source.ts";
import { environmentWith, KEYS, ORIGIN } from "../fixtures/tokens.ts";

export interface HttpRigOptions {
  readonly resources?: readonly Resource[];
  /** Loads a resource at its first request; may fail. Default: it is already loaded. */
  readonly load?: (resource: Resource) => Promise<Resource>;
  readonly cors?: CorsPolicy;
  readonly health?: readonly HealthSource[];
  readonly operations?: Operations;
  /** Default: no refreshes are known, and none can be made. */
  readonly refreshes?: Refreshes;
  /** Default: faults are not recorded. */
  readonly faults?: FaultLedger;
  /** Default: no rate limits. */
  readonly rates?: (clock: FakeClock) => Partial<RateParts>;
  /** Of the function's environment, besides those of every test. */
  readonly variables?: Record<string, string>;
  /** The clock's time, in milliseconds. Default: the real time, which tokens need. */
  readonly now?: number;
  /** Runs each time the function connects; may throw. */
  readonly beforeConnect?: () => void;
}

export const UNLIMITED: RateLimits = { user: null, key: null, service: null, unverified: null };

/** All resources of this checkout's packs and of the sample pack. */
const all = [...served, ...samplePack];

export const LANES_PATH = `/analytics/sample/lane-distributions?challenge_id=${id(1)}`;

function registryOf(
  resources: readonly Resource[],
  load: (resource: Resource) => Promise<Resource> = (resource) => Promise.resolve(resource),
): Registry {
  return Object.fromEntries(resources.map((resource) => [fullName(resource), () => load(resource)]));
}

/** The whole function, with real identity and rendering, over a source in memory. */
export function createHttpRig(options: HttpRigOptions = {}) {
  const clock = new FakeClock(options.now ?? Date.now());
  const source = new FakeSource(clock);
  const shared = new FakeSharedStore(clock);
  const lines: string[] = [];
  const paces: string[] = [];
  const background: Promise<unknown>[] = [];
  const platform: Platform = {
    clock,
    hash: sha256,
    memory: createMemoryStore(),
    shared,
    source,
    renderers: { json: renderJson, csv: renderCsv },
    waitUntil: (work) => void background.push(work),
    deployment: "https://example.supabase.co",
    identity: createIdentity(environmentWith(options.variables), { clock, hash: sha256 }),
    cors: options.cors ?? "*",
    health: options.health ?? [],
    operations: options.operations ?? new FakeOperations(),
    // The defaults of a deployment without configuration.
    runbook_url: runbookUrl(ORIGIN, readDecorations(() => undefined)),
    settings_notes: [],
    refreshes: options.refreshes ?? new FakeRefreshes(),
    rates: { limits: UNLIMITED, counter: null, salt: "salt", ...options.rates?.(clock) },
    client_address_header: "cf-connecting-ip",
    faults: options.faults ??
      { failed: () => Promise.resolve(), answered: () => Promise.resolve(), slow: () => Promise.resolve() },
  };
  const registry = registryOf(options.resources ?? all, options.load);
  const fetch = serveAnalytics({
    registry,
    openapi: () => import("../../../packs/openapi.json", { with: { type: "json" } }),
    clock,
    log(line, pace) {
      lines.push(line);
      paces.push(pace);
    },
    connect: () => {
      options.beforeConnect?.();
      return platform;
    },
  });

  /** Sends a request with a publishable key, unless `headers` are given. */
  async function ask(path: string, init: RequestInit & { readonly anonymous?: boolean } = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const is_bare = init.anonymous === true || headers.has("apikey") || headers.has("authorization");
    if (!is_bare) headers.set("apikey", KEYS.publishable);
    const response = await fetch(new Request(`http://127.0.0.1:9999${path}`, { ...init, headers }));
    await Promise.all(background.splice(0));
    return response;
  }

  return { ask, fetch, clock, source, shared, lines, paces, background, platform, registry };
}

/** A rig whose sample views hold rows of two agents: 11 belongs to anna, 21 to bela. */
export function createSampleRig(options: HttpRigOptions = {}) {
  const rig = createHttpRig(options);
  const views_with_rows: Readonly<Record<string, readonly FakeRow[]>> = {
    mv_lane_score_distribution: [laneRow(), laneRow({ lane_key: "few", sample_count: 4 })],
    mv_weakness_patterns: [weaknessRow(), weaknessRow({ agent_id: id(21) })],
    mv_agent_progress: [progressRow(), progressRow({ agent_id: id(21) })],
    mv_time_to_first_win: [winRow(), winRow({ challenge_id: id(2), agents_with_win: 4 })],
  };
  // All other views exist and are empty, including newly added ones.
  const views = new Set([...Object.keys(views_with_rows), ...(options.resources ?? all).map(({ view }) => view)]);
  for (const view of views) rig.source.refresh(view, views_with_rows[view] ?? []);
  rig.source.owners.set("anna", [id(11)]);
  rig.source.owners.set("bela", [id(21)]);
  return rig;
}
