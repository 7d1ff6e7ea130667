import { fileURLToPath } from "node:url";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import postgres from "postgres";
import { descendantsOf } from "../../stack/descendants.ts";
import { functionEnvironment, issuerOf } from "../../stack/function_environment.ts";
import { switchJobsOff } from "../../stack/jobs_off.ts";
import { type Stack, startStack } from "../../stack/stack.ts";
import { demoUsers } from "../../stack/demo_users.ts";
import { plant } from "./planted.ts";
import { pin, SERVER_CPU } from "./processors.ts";

export interface Stage {
  readonly stack: Stack;
  readonly sql: postgres.Sql;
  readonly superuser: postgres.Sql;
  /** The environment for another read function over this stage's database and Redis. */
  readonly environment: Readonly<Record<string, string>>;
  /** Tokens of one member, all different, signed with ES256. */
  mintTokens(count: number): Promise<string[]>;
  stop(): Promise<void>;
}

const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

/** Limits that are never reached: requests are counted, and answers have the headers, as in a deployment. */
const LIMITS = "user=9999999/60,key=9999999/60,unverified=9999999/60";

/** The whole product with its scheduled jobs switched off: a refresh could fall into a measurement. */
export async function makeStage(): Promise<Stage> {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-bench-" });
  await Deno.chmod(workFolder, 0o755);
  const stack = await startStack({
    projectFolder,
    workFolder,
    port: 0,
    flavour: "installed",
    durable: false,
    isolates: { analytics: 4 },
  });
  for (const { pid, command } of await descendantsOf(Deno.pid)) {
    if (command.includes("/functions/analytics/")) await pin(pid, SERVER_CPU);
  }
  const sql = postgres(stack.databaseUrl, { max: 2, onnotice: () => {} });
  const superuser = postgres(stack.superuserUrl, { max: 1, onnotice: () => {} });
  await switchJobsOff(superuser);
  // For the comparison, the data API may read the view. The product grants this to no role.
  await superuser`grant usage on schema analytics to service_role`;
  await superuser`grant select on analytics.mv_lane_score_distribution to service_role`;
  await plant(sql);

  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const shared = functionEnvironment({
    origin: stack.origin,
    keys: stack.keys,
    redis: stack.redis,
    sentryDsn: stack.sentry.dsn,
  });
  const environment = {
    ...shared,
    SUPABASE_JWKS: JSON.stringify({ keys: [{ ...await exportJWK(publicKey), kid: "bench", alg: "ES256" }] }),
    FRESHET_JWT_ALGORITHMS: "ES256",
    FRESHET_RATE_LIMITS: LIMITS,
  };
  const mint = () =>
    new SignJWT({ role: "authenticated", session_id: crypto.randomUUID(), email: "member@example.com", aal: "aal1" })
      .setProtectedHeader({ alg: "ES256", kid: "bench", typ: "JWT" })
      .setIssuer(issuerOf(stack.origin)).setAudience("authenticated").setSubject(demoUsers.member)
      .setIssuedAt().setExpirationTime("2h").sign(privateKey);

  return {
    stack,
    sql,
    superuser,
    environment,
    mintTokens: (count) => Promise.all(Array.from({ length: count }, mint)),
    async stop() {
      await Promise.all([sql.end({ timeout: 5 }), superuser.end({ timeout: 5 })]);
      await stack.stop();
      await Deno.remove(workFolder, { recursive: true });
    },
  };
}
