// The platform's data API logs in as authenticator and keeps its roles' limits and its functions' promises; so does the local one.
import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { clientOf, jwtSecret, publishableKey, secretKey, withDataApi } from "../support/rigs/data_api_rig.ts";

/** Functions of each kind; those that promise not to write do it all the same. */
const schema = `
create table public.calls (name text);
alter table public.calls enable row level security;
grant insert on public.calls to service_role;
create function public.writes(name text) returns void language plpgsql
as $$ begin insert into public.calls values (name); end $$;
create function public.writes_stable() returns void language sql stable
as $$ select public.writes('stable') $$;
create function public.writes_immutable() returns void language sql immutable
as $$ select public.writes('immutable') $$;
create function public.writes(name text, times integer) returns void language sql stable
as $$ select public.writes(name) from generate_series(1, times) $$;
create function public.who() returns jsonb language sql stable
as $$ select jsonb_build_object('user', current_user, 'session', session_user, 'is_superuser', current_setting('is_superuser')) $$;
create function public.limits() returns jsonb language sql stable
as $$ select jsonb_build_object('statement', current_setting('statement_timeout'), 'lock', current_setting('lock_timeout')) $$;
create function public.sleeps() returns text language sql as $$ select pg_sleep(1)::text $$;
create function public.sleeps_longer() returns text language sql set statement_timeout = '20s' as $$ select pg_sleep(1)::text $$;
`;

Deno.test("the data API is as strict as PostgREST on the platform", async (t) => {
  await withDataApi(schema, async ({ origin, sql }) => {
    const service = clientOf(origin, secretKey);

    for (const name of ["writes_stable", "writes_immutable"]) {
      await t.step(`${name}() promises not to write, and is refused when it does`, async () => {
        const { error, status } = await service.rpc(name);
        assert.deepEqual([status, error?.code], [405, "25006"]);
      });
    }

    await t.step("of two functions of one name, the promise of the one that is called counts", async () => {
      assert.equal((await service.rpc("writes", { name: "a" })).error, null);
      const { error, status } = await service.rpc("writes", { name: "a", times: 2 });
      assert.deepEqual([status, error?.code], [405, "25006"]);
      assert.deepEqual((await sql`select name from public.calls`).map(({ name }) => name), ["a"]);
    });

    /** Calls a function with a token of this role, which the project's own secret has signed. */
    async function callAs(role: string, name: string) {
      const token = await new SignJWT({ role, sub: crypto.randomUUID() })
        .setProtectedHeader({ alg: "HS256", kid: "local" }).setExpirationTime("1h")
        .sign(new TextEncoder().encode(jwtSecret));
      const response = await fetch(`${origin}/rest/v1/rpc/${name}`, {
        method: "POST",
        headers: { apikey: publishableKey, authorization: `Bearer ${token}` },
      });
      return { status: response.status, body: await response.json() };
    }

    for (const role of ["anon", "authenticated", "service_role"]) {
      await t.step(`a token of ${role} runs as that role, in a session of authenticator`, async () => {
        const { body } = await callAs(role, "who");
        assert.deepEqual(body, { user: role, session: "authenticator", is_superuser: "off" });
      });
    }
    for (const role of ["postgres", "supabase_admin", "supabase_auth_admin", "dashboard_user", "pg_read_all_data"]) {
      await t.step(`a token of ${role} is refused: authenticator may not become it`, async () => {
        const { status, body } = await callAs(role, "who");
        assert.deepEqual([status, body.code], [403, "42501"]);
      });
    }
    await t.step("a token of a role that does not exist is 401", async () => {
      for (const role of ["nobody_at_all", 'no"body; reset role', "of-two-words"]) {
        const { status, body } = await callAs(role, "who");
        assert.deepEqual([status, body.code], [401, "22023"], role);
      }
    });
    await t.step("a token of the role none reaches nothing as a superuser", async () => {
      const { body } = await callAs("none", "who");
      assert.equal(body.is_superuser ?? "off", "off");
    });

    for (const [role, statement] of [["anon", "3s"], ["authenticated", "8s"], ["service_role", "8s"]] as const) {
      await t.step(`${role} has ${statement} for a statement and 8s for a lock`, async () => {
        assert.deepEqual((await callAs(role, "limits")).body, { statement, lock: "8s" });
      });
    }

    await t.step("a function's own statement_timeout counts from the start of its call, and no longer", async () => {
      await sql`alter role service_role set statement_timeout = '250ms'`;
      try {
        assert.equal((await service.rpc("sleeps")).error?.code, "57014");
        assert.equal((await service.rpc("sleeps_longer")).error, null);
        assert.equal((await service.rpc("sleeps")).error?.code, "57014");
      } finally {
        await sql`alter role service_role reset statement_timeout`;
      }
    });
  });
});

Deno.test("in a project without row security, too, a request runs as its role", async () => {
  await withDataApi(schema, async ({ origin, sql, restart }) => {
    await sql.unsafe(
      "do $$ declare t regclass; begin for t in select oid from pg_class where relrowsecurity loop execute format('alter table %s disable row level security', t); end loop; end $$",
    );
    await restart();
    const { data } = await clientOf(origin, secretKey).rpc("who");
    assert.deepEqual(data, { user: "service_role", session: "authenticator", is_superuser: "off" });
  });
});
