import { internalError } from "../core/app_error.ts";
import type { Identity } from "../core/caller.ts";
import { renderJson } from "../core/renderer.ts";
import type { ReaderParts } from "../core/reader.ts";
import type { SharedStore } from "../core/store.ts";
import { createAnalyticsRpc } from "./analytics_rpc.ts";
import { waitUntil } from "./background.ts";
import { renderCsv } from "./csv.ts";
import { type Environment, readEnvironment } from "./environment.ts";
import { createIdentity } from "./identity.ts";
import { createMemoryStore } from "./memory_store.ts";
import { sha256 } from "./sha256.ts";
import { createSupabaseSource } from "./supabase_source.ts";
import { systemClock } from "./system_clock.ts";
import { createUpstashStore } from "./upstash_store.ts";

export interface ConnectedPlatform extends ReaderParts {
  readonly identity: Identity;
  readonly cors: Environment["FRESHET_CORS_ORIGINS"];
}

/**
 * Puts the real parts together from the environment. Nothing is contacted yet: each part connects when it is first used.
 *
 * @throws AppError INTERNAL whose defect names the faulty variables.
 */
export function connectPlatform(get: (name: string) => string | undefined): ConnectedPlatform {
  const environment = checked(get);
  const clock = systemClock;
  return {
    clock,
    hash: sha256,
    memory: createMemoryStore(),
    shared: sharedStore(environment),
    source: createSupabaseSource(createAnalyticsRpc(environment)),
    renderers: { json: renderJson, csv: renderCsv },
    waitUntil,
    deployment: environment.SUPABASE_URL,
    identity: createIdentity(environment, { clock, hash: sha256 }),
    cors: environment.FRESHET_CORS_ORIGINS,
  };
}

function checked(get: (name: string) => string | undefined): Environment {
  try {
    return readEnvironment(get);
  } catch (error) {
    throw internalError(error instanceof Error ? error.message : "the environment could not be read");
  }
}

function sharedStore(environment: Environment): SharedStore | null {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = environment;
  return url === undefined || token === undefined ? null : createUpstashStore({ url, token });
}
