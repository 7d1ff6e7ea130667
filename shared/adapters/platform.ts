import { renderJson } from "../read/renderer.ts";
import type { Platform } from "../platform.ts";
import type { Servers } from "../read/server.ts";
import { type AnalyticsRpc, createAnalyticsRpc } from "./supabase/analytics_rpc.ts";
import { createAuditHealth } from "./supabase/audit_health.ts";
import { waitUntil } from "./runtime/background.ts";
import { checkedEnvironment } from "./runtime/checked_environment.ts";
import { renderCsv } from "./runtime/csv.ts";
import { readDecorations, runbookUrl } from "./runtime/decorations.ts";
import type { Environment } from "./runtime/environment.ts";
import { createFaultLedger } from "./supabase/fault_ledger.ts";
import { createIdentity } from "./supabase/identity.ts";
import { createMemoryStore } from "./runtime/memory_store.ts";
import { createOperations } from "./supabase/ops_database.ts";
import { createRefreshes } from "./supabase/refreshes_database.ts";
import { settingsHealth } from "./runtime/settings_health.ts";
import { sha256 } from "./runtime/sha256.ts";
import { createSupabaseServer, createSupabaseSource } from "./supabase/source.ts";
import { systemClock } from "./runtime/clock.ts";
import type { UpstashOptions } from "./upstash/client.ts";
import { createUpstashRateCounter } from "./upstash/rate_counter.ts";
import { createUpstashStore } from "./upstash/store.ts";

/**
 * Puts the real parts together from the environment. Nothing is contacted yet: each part connects when it is first used.
 *
 * @throws AppError INTERNAL whose defect names the invalid variables.
 */
export function connectPlatform(get: (name: string) => string | undefined): Platform {
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
    servers: serversOf(environment, rpc),
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
      // Only this deployment knows it, so deployments that share one Redis count separately.
      salt: `${environment.SUPABASE_URL} ${environment.SUPABASE_SECRET_KEYS["default"]}`,
    },
    client_address_header: environment.FRESHET_CLIENT_ADDRESS_HEADER,
  };
}

/** The read address gets the same secret key as the primary: replicas of a project share its keys. */
function serversOf(environment: Environment, rpc: AnalyticsRpc): Servers | null {
  const { FRESHET_READ_URL: SUPABASE_URL } = environment;
  if (SUPABASE_URL === undefined) return null;
  const reads = createAnalyticsRpc({ ...environment, SUPABASE_URL });
  return { primary: createSupabaseServer(rpc), reads: createSupabaseServer(reads) };
}

function redisOf(environment: Environment): UpstashOptions | null {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = environment;
  return url === undefined || token === undefined ? null : { url, token };
}
