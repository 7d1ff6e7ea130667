import assert from "node:assert/strict";
import { decodeProtectedHeader, SignJWT } from "jose";
import { startDataApi } from "../../stack/data_api/mod.ts";
import {
  clientOf,
  jwtSecret,
  npmFolder,
  publishableKey,
  secretKey,
  withDataApi,
} from "../support/rigs/data_api_rig.ts";

const schema = `
create schema analytics;
grant usage on schema analytics to service_role;
create table analytics.documents (id int primary key, body jsonb, amount numeric, at timestamptz);
alter table analytics.documents enable row level security;
grant select, insert on analytics.documents to service_role;
create function analytics.kind_of(document jsonb) returns jsonb language sql
as $$ select jsonb_build_object('kind', jsonb_typeof(document), 'document', document) $$;
create function analytics.list() returns jsonb language sql as $$ select '[{"a": 1}, {"a": [2]}]'::jsonb $$;
create function public.fail(state text) returns void language plpgsql
as $$ begin raise exception 'it failed' using errcode = state, detail = 'the detail', hint = 'the hint'; end $$;
create table public.closed (id int primary key);
alter table public.closed enable row level security;
revoke all on public.closed from anon, authenticated;
create table public.notes (id int primary key, owner_id uuid not null default auth.uid(), note text not null);
alter table public.notes enable row level security;
create policy notes_of_owner on public.notes using (owner_id = auth.uid());
`;

Deno.test("the data API answers as PostgREST does, behind one origin", async (t) => {
  await withDataApi(schema, async ({ origin, sql, restart }) => {
    const service = clientOf(origin, secretKey);
    const anon = clientOf(origin, publishableKey);

    for (
      const [kind, document] of [["object", { a: [1, { b: null }] }], ["array", [1, "x", true]], ["string", "a b"]]
    ) {
      await t.step(`a jsonb argument arrives as ${kind}`, async () => {
        const { data } = await service.schema("analytics").rpc("kind_of", { document });
        assert.deepEqual(data, { kind, document });
      });
    }

    await t.step("a function's jsonb result is the body", async () => {
      const { data } = await service.schema("analytics").rpc("list");
      assert.deepEqual(data, [{ a: 1 }, { a: [2] }]);
    });

    await t.step("rows come with numbers, ISO times and documents", async () => {
      const row = { id: 1, body: { nested: ["x"] }, amount: 3447.00, at: "2026-01-02T03:04:05.6+00:00" };
      const inserted = await service.schema("analytics").from("documents").insert(row);
      assert.equal(inserted.error, null);
      await sql`insert into analytics.documents values (2, '"text"', 3447.00, null)`;
      const { data } = await service.schema("analytics").from("documents").select().order("id");
      assert.deepEqual(data, [row, { id: 2, body: "text", amount: 3447, at: null }]);
      const [stored] = await sql`select jsonb_typeof(body) as kind from analytics.documents where id = 1`;
      assert.equal(stored?.kind, "object");
    });

    for (
      const [state, status] of [
        ["PT429", 429],
        ["P0001", 400],
        ["FR001", 400],
        ["42P01", 404],
        ["42703", 400],
        ["23505", 409],
        ["57014", 500],
        ["53300", 503],
        ["42501", 403],
      ] as const
    ) {
      await t.step(`an error with SQLSTATE ${state} is ${status}, with its code, detail and hint`, async () => {
        const { error, status: answered } = await service.rpc("fail", { state });
        assert.equal(answered, status);
        assert.deepEqual({ ...error }, { code: state, message: "it failed", details: "the detail", hint: "the hint" });
      });
    }

    await t.step("a privilege that is missing is 401 without a token and 403 with one", async () => {
      assert.equal((await anon.from("closed").select()).status, 401);
      const token = await new SignJWT({ role: "authenticated", sub: crypto.randomUUID() })
        .setProtectedHeader({ alg: "HS256", kid: "local" }).setExpirationTime("1h")
        .sign(new TextEncoder().encode(jwtSecret));
      const response = await fetch(`${origin}/rest/v1/closed`, {
        headers: { apikey: publishableKey, authorization: `Bearer ${token}` },
      });
      assert.equal(response.status, 403);
      assert.equal((await response.json()).code, "42501");
    });

    await t.step(
      "no key is 401, and a schema that is not exposed 406 PGRST106, for a table and for a function",
      async () => {
        const response = await fetch(`${origin}/rest/v1/closed`);
        await response.body?.cancel();
        assert.equal(response.status, 401);
        for (const asked of [service.schema("cron").from("job").select(), service.schema("freshet").rpc("anything")]) {
          const { status, error } = await asked;
          assert.deepEqual([status, error?.code], [406, "PGRST106"]);
        }
      },
    );

    await t.step("it gives no role a privilege that the migrations withhold", async () => {
      const [privileges] = await sql`
        select has_table_privilege('anon', 'public.closed', 'select') as closed,
               has_schema_privilege('anon', 'analytics', 'usage') as analytics,
               has_table_privilege('service_role', 'analytics.documents', 'delete') as documents`;
      assert.deepEqual({ ...privileges }, { closed: false, analytics: false, documents: false });
    });

    await t.step("a table that came later is seen after a restart", async () => {
      await sql`create table public.later (id int primary key)`;
      await restart();
      assert.equal((await service.from("later").select()).status, 200);
    });

    await t.step("a person signs up, reads only their own rows, and stays signed in", async () => {
      const person = clientOf(origin, publishableKey);
      const email = "ada@example.com";
      const signedUp = await person.auth.signUp({
        email,
        password: "a-long-password",
        options: { data: { name: "Ada" } },
      });
      assert.equal(signedUp.error, null);
      const token = signedUp.data.session?.access_token ?? "";
      assert.equal(decodeProtectedHeader(token).kid, "local");
      assert.equal((await person.auth.getUser()).data.user?.user_metadata.name, "Ada");
      await sql`insert into public.notes (id, owner_id, note) values (2, gen_random_uuid(), 'of someone else')`;
      const inserted = await person.from("notes").insert({ id: 1, note: "mine" });
      assert.equal(inserted.error, null);
      assert.deepEqual((await person.from("notes").select("note")).data, [{ note: "mine" }]);
      const refreshed = await person.auth.refreshSession();
      assert.equal(decodeProtectedHeader(refreshed.data.session?.access_token ?? "").kid, "local");
      assert.match(
        (await person.auth.signInWithPassword({ email, password: "wrong" })).error?.message ?? "",
        /Invalid/,
      );
    });

    await t.step("a file is stored, and read through a signed address", async () => {
      assert.equal((await service.storage.createBucket("files", { public: false })).error, null);
      const uploaded = await service.storage.from("files").upload("a.txt", "hello", { contentType: "text/plain" });
      assert.equal(uploaded.error, null);
      const signed = await service.storage.from("files").createSignedUrl("a.txt", 60);
      assert.equal(await (await fetch(signed.data?.signedUrl ?? "")).text(), "hello");
    });
  });
});

Deno.test("startDataApi() shows the end of the log when the database is not there", async () => {
  const workFolder = await Deno.makeTempDir();
  await assert.rejects(
    () =>
      startDataApi({
        databaseUrl: "postgres://postgres@127.0.0.1:1/postgres",
        npmFolder,
        workFolder,
        jwtSecret,
        publishableKey,
        secretKey,
      }),
    /The data API ended\. The end of its log:[^]*ECONNREFUSED[^]*read .*data_api\.log/,
  );
  await Deno.remove(workFolder, { recursive: true });
});
