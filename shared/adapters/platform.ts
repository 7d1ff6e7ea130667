import type { Identity } from "../core/caller.ts";
import { renderJson } from "../core/renderer.ts";
import type { FaultLedger } from "../core/fault_ledger.ts";
import type { HealthSource } from "../core/health.ts";
import type { Operations } from "../core/ops.ts";
import type { RateParts } from "../core/rate_limiter.ts";
import type { Refreshes } from "../core/refreshes.ts";
import type { ReaderParts } from "../core/reader.ts";
import { createAnalyticsRpc } from "./analytics_rpc.ts";
import { createAuditHealth } from "./audit_health.ts";
import { waitUntil } from "./background.ts";
import { checkedEnvironment } from "./checked_environment.ts";
import { renderCsv } from "./csv.ts";
import { readDecorations, runbookUrl } from "./decorations.ts";
import type { Environment } from "./environment.ts";
import { createFaultLedger } from "./fault_ledger.ts";
import { createIdentity } from "./identity.ts";
import { createMemoryStore } from "./memory_store.ts";
import { createOperations } from "./ops_database.ts";
import { createRefreshes } from "./refreshes_database.ts";
import { settingsHealth } from "./settings_health.ts";
import { sha256 } from "./sha256.ts";
import { createSupabaseSource } from "./supabase_source.ts";
import { systemClock } from "./system_clock.ts";
import type { UpstashOptions } from "./upstash_client.ts";
import { createUpstashRateCounter } from "./upstash_rate_counter.ts";
import { createUpstashStore } from "./upstash_store.ts";

export interface ConnectedPlatform extends ReaderParts {
  readonly identity: Identity;
  readonly cors: Environment["FRESHET_CORS_ORIGINS"];
  readonly health: readonly HealthSource[];
  readonly operations: Operations;
  readonly runbook_url: string;
  readonly settings_notes: readonly string[];
  readonly rates: RateParts;
  readonly refreshes: Refreshes;
  readonly faults: FaultLedger;
  readonly client_address_header: string;
}

/**
 * Puts the real parts together from the environment. Nothing is contacted yet: each part connects when it is first used.
 *
 * @throws AppError INTERNAL whose defect names the faulty variables.
 */
export function connectPlatform(get: (name: string) => string | undefined): ConnectedPlatform {
  const environment = checkedEnvironment(get);
  const decorations = readDecorations(get);
  const settings_notes = [...decorations.faults.values()];
  const clock = systemClock;
  const rpc = createAnalyticsRpc(environment);
  const redis = redisOf(environment);
  return {
    clock,
    hash: sha256,
    memory: createMemoryStore(),
    shared: redis === null ? null : createUpstashStore(redis),
    source: createSupabaseSource(rpc),
    renderers: { json: renderJson, csv: renderCsv },
    waitUntil,
    deployment: environment.SUPABASE_URL,
    identity: createIdentity(environment, { clock, hash: sha256 }),
    cors: environment.FRESHET_CORS_ORIGINS,
    health: [createAuditHealth(rpc), ...settingsHealth(settings_notes)],
    operations: createOperations(rpc),
    runbook_url: runbookUrl(environment.SUPABASE_URL, decorations),
    settings_notes,
    refreshes: createRefreshes(rpc, clock),
    faults: createFaultLedger(rpc),
    rates: {
      limits: environment.FRESHET_RATE_LIMITS,
      counter: redis === null ? null : createUpstashRateCounter(redis),
      // Nobody else has it, and deployments that share one Redis count for themselves.
      salt: `${environment.SUPABASE_URL} ${environment.SUPABASE_SECRET_KEYS["default"]}`,
    },
    client_address_header: environment.FRESHET_CLIENT_ADDRESS_HEADER,
  };
}

function redisOf(environment: Environment): UpstashOptions | null {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = environment;
  return url === undefined || token === undefined ? null : { url, token };
}
