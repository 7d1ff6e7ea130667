import { DECORATION_NAMES } from "../shared/adapters/runtime/decorations.ts";
import { VARIABLES } from "../shared/adapters/runtime/environment.ts";
import type { Keys } from "./keys.ts";
import { localJwks } from "./tokens.ts";

export interface FunctionEnvironmentInput {
  readonly origin: string;
  readonly keys: Keys;
  /** null: the functions run on their memory alone. */
  readonly redis: { readonly url: string; readonly token: string } | null;
  readonly sentryDsn: string | null;
  /** The API that closes issues; left out: people close them. */
  readonly issues?: { readonly url: string; readonly organization: string; readonly token: string } | null;
}

/** The variables that a hosted project gives its functions, with the values of the local stack. */
export function functionEnvironment(
  { origin, keys, redis, sentryDsn, issues = null }: FunctionEnvironmentInput,
): Record<string, string> {
  return {
    SUPABASE_URL: origin,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secretKey, cron: keys.cronKey }),
    SUPABASE_JWKS: localJwks(keys.jwtSecret),
    FRESHET_JWT_ISSUER: issuerOf(origin),
    FRESHET_JWT_ALGORITHMS: "HS256",
    SB_REGION: "local",
    SENTRY_ENVIRONMENT: "local",
    SENTRY_RELEASE: "local",
    ...(redis === null ? {} : { UPSTASH_REDIS_REST_URL: redis.url, UPSTASH_REDIS_REST_TOKEN: redis.token }),
    ...(sentryDsn === null ? {} : { SENTRY_DSN: sentryDsn }),
    ...(issues === null ? {} : {
      SENTRY_AUTH_TOKEN: issues.token,
      SENTRY_ORG: issues.organization,
      SENTRY_URL: issues.url,
    }),
  };
}

/** Optional variables that the functions of this repository and their libraries read. */
export const optionalVariables: readonly string[] = [
  ...VARIABLES,
  ...DECORATION_NAMES,
  "SUPABASE_PUBLIC_URL", // @supabase/server
];

/** The issuer of the local tokens. */
export function issuerOf(origin: string): string {
  return `${origin}/auth/v1`;
}
