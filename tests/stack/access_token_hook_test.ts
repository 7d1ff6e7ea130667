// What auth does with the hook on a hosted project, done to a real PostgreSQL by the local gateway.
import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { decodeJwt, SignJWT } from "jose";
import postgres from "postgres";
import { type AccessTokenHook, HookRefusal, openAccessTokenHook } from "../../stack/gateway/access_token_hook.ts";
import { startGateway } from "../../stack/gateway/mod.ts";
import { startPostgres } from "../../stack/postgres/mod.ts";

const event = {
  user_id: "a0000000-0000-4000-8000-000000000009",
  claims: { sub: "a0000000-0000-4000-8000-000000000009", role: "authenticated", aud: "authenticated" },
  authentication_method: "token_refresh",
};

/** Functions by the name of what they do. Auth may execute all of them but the last. */
const functions = `
  create function public.describe(event jsonb) returns jsonb language sql as $$
    select jsonb_build_object('claims', event -> 'claims' || jsonb_build_object(
      'executed_by', current_user, 'search_path', current_setting('search_path'),
      'method', event ->> 'authentication_method'))
  $$;
  create function public.refuse(event jsonb) returns jsonb language sql as
    $$ select '{"error": {"http_code": 403, "message": "not today"}}'::jsonb $$;
  create function public.say_nothing(event jsonb) returns jsonb language sql as $$ select '{}'::jsonb $$;
  create function public.lose_the_subject(event jsonb) returns jsonb language sql as
    $$ select jsonb_build_object('claims', (event -> 'claims') - 'sub') $$;
  create function public.fail(event jsonb) returns jsonb language plpgsql as $$ begin raise 'out of order'; end $$;
  create function public.dawdle(event jsonb) returns jsonb language sql as $$ select event from pg_sleep(20) $$;
  create function public.closed(event jsonb) returns jsonb language sql as $$ select event $$;
  grant usage on schema public to supabase_auth_admin;
  revoke execute on all functions in schema public from public;
  grant execute on all functions in schema public to supabase_auth_admin;
  revoke execute on function public.closed(jsonb) from supabase_auth_admin;
`;

async function withHook<T>(
  databaseUrl: string,
  name: string,
  body: (hook: AccessTokenHook) => Promise<T>,
): Promise<T> {
  const hook = openAccessTokenHook({ uri: `pg-functions://postgres/public/${name}`, databaseUrl });
  try {
    return await body(hook);
  } finally {
    await hook.stop();
  }
}

/** Signs in at a gateway with this hook, before an auth that takes everybody. */
async function signIn(databaseUrl: string, hookName: string): Promise<[number, Record<string, unknown>]> {
  const jwtSecret = "a-long-secret-that-is-for-this-test-only";
  const access_token = await new SignJWT(event.claims).setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h")
    .sign(new TextEncoder().encode(jwtSecret));
  const auth = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ access_token, user: {} }),
  );
  const gateway = await startGateway({
    port: 0,
    dataApiUrl: `http://127.0.0.1:${auth.addr.port}`,
    functionUrls: {},
    verifyJwt: {},
    jwtSecret,
    secretKey: "sb_secret_default",
    accessTokenHook: { uri: `pg-functions://postgres/public/${hookName}`, databaseUrl },
  });
  try {
    const response = await fetch(`${gateway.origin}/auth/v1/token?grant_type=password`, { method: "POST", body: "{}" });
    return [response.status, await response.json()];
  } finally {
    await gateway.stop();
    await auth.shutdown();
  }
}

Deno.test("openAccessTokenHook()", async (t) => {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  const database = await startPostgres({ workFolder, flavour: "installed", durable: false });
  const refusal = async (name: string): Promise<HookRefusal> => {
    const outcome = await withHook(database.superuserUrl, name, (hook) => hook.run(event)).catch((error) => error);
    if (!(outcome instanceof HookRefusal)) throw new Error(`no refusal: ${JSON.stringify(outcome)}`);
    return outcome;
  };
  try {
    const sql = postgres(database.url, { max: 1, onnotice: () => {} });
    await sql.unsafe(functions).simple();
    await sql.end();

    await t.step("runs the function as supabase_auth_admin, and answers the claims to sign", async () => {
      deepEqual(await withHook(database.superuserUrl, "describe", (hook) => hook.run(event)), {
        ...event.claims,
        executed_by: "supabase_auth_admin",
        search_path: "auth",
        method: "token_refresh",
      });
    });
    await t.step("is refused where auth holds no privilege", async () => {
      const { status, message } = await refusal("closed");
      equal(status, 500);
      match(message, /^Error running hook pg-functions:.*permission denied for function closed/);
    });
    await t.step("passes on what the function refuses", async () => {
      const { status, message } = await refusal("refuse");
      deepEqual([status, message], [403, "not today"]);
    });
    await t.step("signs nothing when the function fails, says nothing, or takes out what tokens require", async () => {
      match((await refusal("fail")).message, /out of order/);
      match((await refusal("say_nothing")).message, /answered no claims/);
      match((await refusal("lose_the_subject")).message, /took out "sub"/);
      match((await refusal("nowhere")).message, /function public\.nowhere\(jsonb\) does not exist/);
    });
    await t.step("waits for two seconds and no longer", async () => {
      const started = Date.now();
      match((await refusal("dawdle")).message, /statement timeout/);
      const elapsed = Date.now() - started;
      equal(elapsed > 1_900 && elapsed < 10_000, true, `${elapsed} ms`);
    });
    await t.step("decides what the gateway answers to a sign-in", async () => {
      deepEqual(await signIn(database.superuserUrl, "refuse"), [403, {
        code: 403,
        error_code: "hook_failed",
        msg: "not today",
      }]);
      const [status, { access_token }] = await signIn(database.superuserUrl, "describe");
      equal(status, 200);
      const { method, executed_by } = decodeJwt(String(access_token));
      deepEqual([method, executed_by], ["password", "supabase_auth_admin"]);
    });
    await t.step("goes on after a failure", async () => {
      await withHook(database.superuserUrl, "fail", async (hook) => {
        await rejects(hook.run(event));
        await rejects(hook.run(event), /out of order/);
      });
    });
  } finally {
    await database.stop();
    await Deno.remove(workFolder, { recursive: true });
  }
});

Deno.test("a hook that is not in the database is named, with what to write", () => {
  for (const uri of ["https://example.com/hook", "pg-functions://postgres/public", "pg-functions://postgres/a.b/c"]) {
    throws(() => openAccessTokenHook({ uri, databaseUrl: "postgresql://127.0.0.1:9" }), {
      message: new RegExp(`"${uri}" is no function in the database[^]*pg-functions:`),
    });
  }
});
