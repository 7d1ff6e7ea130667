// Another person's rows through the real adapters, data API, database and Redis: two isolates of the read function, with
// the sample pack's resource, which the deployed function does not serve.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { connectPlatform } from "../../shared/adapters/platform.ts";
import { systemClock } from "../../shared/adapters/runtime/clock.ts";
import { serveAnalytics } from "../../shared/http/serve_analytics.ts";
import { functionEnvironment } from "../../stack/function_environment.ts";
import { makeIssuer } from "../support/fixtures/issuers.ts";
import { STRANGE_IDS, withClaims } from "../support/fixtures/strange_claims.ts";
import { dice, pick } from "../support/random/dice.ts";
import { proofs } from "../support/random/proofs.ts";
import { e2e } from "../support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../support/rigs/product.ts";
import { studyDays } from "../support/sample_pack/study_days.ts";

type Headers = Readonly<Record<string, string>>;

let product: Product;
/** Ask one of two isolates, each with a memory of its own, over one Redis. */
let isolates: readonly ((query: string, headers: Headers) => Promise<Response>)[];

/** Two identity providers that know one name. Their keys are in the setting, so that nothing is fetched. */
const outside = await Promise.all(
  ["one", "two"].map((name) => makeIssuer(`https://${name}.example.com`, "ES256", name)),
);

const PEOPLE = ["anna", "bela", "cleo", "tutor", "root"];

Deno.test.beforeAll(async () => {
  product = await startProduct();
  const { sql, stack } = product;
  await sql.unsafe(`
    create table public.sample_days (user_id text, studied_on date, sessions_count integer, primary key (user_id, studied_on));
    create table public.sample_tutors (tutor text, learner text, primary key (tutor, learner));
    create view analytics.study_days with (security_invoker = on) as select * from public.sample_days;
    create function freshet.scope_learners_of_tutor(subject text) returns setof text
    language sql stable set search_path = pg_catalog, pg_temp
    as $$ select t.learner from public.sample_tutors as t where t.tutor = subject $$;
    select analytics.register_live('study_days', 'sample', array['public.sample_days']::regclass[]);
  `);
  await sql`
    insert into public.sample_days
    select p, '2026-11-01'::date + d, 1 from unnest(${PEOPLE}::text[]) as p, generate_series(0, 2) as d`;
  const environment: Record<string, string> = {
    ...functionEnvironment({ ...stack, sentryDsn: null }),
    FRESHET_RATE_LIMITS: "none",
    FRESHET_ISSUERS: JSON.stringify(
      outside.map(({ issuer, published }) => ({ issuer, jwks: published, audience: "freshet" })),
    ),
  };
  isolates = [1, 2].map(() => {
    const fetch = serveAnalytics({
      registry: { "sample/study-days": () => Promise.resolve(studyDays) },
      connect: () => connectPlatform((name) => environment[name]),
      clock: systemClock,
      log: () => {},
    });
    return (query, headers) => fetch(new Request(`http://127.0.0.1/analytics/sample/study-days${query}`, { headers }));
  });
});
Deno.test.afterAll(() => product.stop());

const as = (sub: string, more: object = {}) => withClaims(product.stack, { sub, ...more });

/** How many rows of the log there are, by another connection: what is not committed is not there. */
async function logged(): Promise<number> {
  const [row] = await product.sql`select count(*)::integer as count from analytics.access_log`;
  return row?.["count"] ?? 0;
}

async function rowsOf(response: Response): Promise<readonly Readonly<Record<string, unknown>>[]> {
  equal(response.status, 200);
  return (await response.json()).data;
}

e2e("the row of the access log is committed before the answer arrives, with the request's id", async () => {
  await product.sql`insert into public.sample_tutors values ('tutor', 'anna')`;
  const headers = { ...await as("tutor"), "if-none-match": "*" };
  for (const ask of [...isolates, ...isolates]) {
    const before = await logged();
    const response = await ask("?user_id=anna&from=2026-11-02", headers);
    // The body is not read yet.
    const [row] = await product.sql`select * from analytics.access_log order by access_id desc limit 1`;
    equal(await logged(), before + 1);
    const { reader_kind, reader_id, person_id, resource, parameters, request_id } = row ?? {};
    deepEqual({ reader_kind, reader_id, person_id, resource, parameters, request_id }, {
      reader_kind: "user",
      reader_id: "tutor",
      person_id: "anna",
      resource: "sample/study-days",
      parameters: { from: "2026-11-02", limit: 100 },
      request_id: response.headers.get("x-request-id"),
    });
    equal(response.headers.get("cache-control"), "no-store");
    equal(response.headers.get("etag"), null);
    deepEqual((await rowsOf(response)).map(({ studied_on }) => studied_on), ["2026-11-03", "2026-11-02"]);
  }
  await product.sql`delete from public.sample_tutors`;
});

e2e("a person who is taken off the relation is refused at once, in both isolates", async () => {
  const headers = await as("tutor");
  for (let turn = 0; turn < 8; turn += 1) {
    await product.sql`insert into public.sample_tutors values ('tutor', 'anna')`;
    for (const ask of isolates) equal((await rowsOf(await ask("?user_id=anna", headers))).length, 3);
    await product.sql`delete from public.sample_tutors`;
    for (const ask of isolates) equal((await ask("?user_id=anna", headers)).status, 403);
  }
});

e2e(
  "readers of one name at two issuers and in the project are three readers, for the relation and in the log",
  async () => {
    const { sql, stack } = product;
    const ask = isolates[0] ?? (() => Promise.reject(new Error("there is no isolate")));
    const exp = Math.floor(Date.now() / 1_000) + 600;
    const credentials = await Promise.all(
      outside.map(async ({ issuer, sign }) =>
        asUser(stack, await sign({ iss: issuer, sub: "tutor", aud: "freshet", iat: exp - 600, exp }))
      ),
    );
    credentials.push(await as("tutor"));
    // By Python: uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_URL, "https://freshet.dev/subjects"), issuer + "\ntutor").
    const ids = ["d9eb7566-315a-5710-a055-3d7ac840b7d5", "c52007f3-8364-541c-a19d-87fb52936639", "tutor"];
    for (const [listed, id] of ids.entries()) {
      await sql`insert into public.sample_tutors values (${id}, 'anna')`;
      const before = await logged();
      const statuses = [];
      for (const headers of credentials) {
        const response = await ask("?user_id=anna", headers);
        await response.body?.cancel();
        statuses.push(response.status);
      }
      deepEqual(statuses, ids.map((_, index) => index === listed ? 200 : 403));
      const [row] = await sql`select reader_kind, reader_id from analytics.access_log order by access_id desc limit 1`;
      deepEqual([await logged() - before, row?.["reader_kind"], row?.["reader_id"]], [1, "user", id]);
      await sql`delete from public.sample_tutors`;
    }
  },
);

e2e("while the log takes no row the answer is a 5xx without rows, and own rows are read as ever", async () => {
  const { sql } = product;
  const ask = isolates[0] ?? (() => Promise.reject(new Error("there is no isolate")));
  await sql`insert into public.sample_tutors values ('tutor', 'anna')`;
  const headers = await as("tutor");
  equal((await ask("?user_id=anna", headers)).status, 200);
  const before = await logged();

  async function refused(status: number): Promise<void> {
    for (const credential of [headers, { apikey: product.stack.keys.secretKey }]) {
      const response = await ask("?user_id=anna", credential);
      const body = await response.text();
      equal(response.status, status, body);
      ok(!body.includes("anna") && !body.includes("studied_on"), body);
    }
    equal((await ask("", headers)).status, 200);
  }

  await sql.unsafe(`
    create function public.refuse_log() returns trigger language plpgsql as $$ begin raise exception 'of anna: full'; end $$;
    create trigger refuse_log before insert on analytics.access_log for each row execute function public.refuse_log();
  `);
  await refused(500);
  await sql.unsafe("drop trigger refuse_log on analytics.access_log; drop function public.refuse_log()");
  await sql.unsafe("alter table analytics.access_log rename to away");
  await refused(500);
  await sql.unsafe("alter table analytics.away rename to access_log");
  equal(await logged(), before);
  equal((await ask("?user_id=anna", headers)).status, 200);
  await sql`delete from public.sample_tutors`;
});

e2e("of random readers and persons none is shown a row of a person whom the relation does not list", async () => {
  const { sql, stack } = product;
  await sql`insert into public.sample_tutors values ('tutor', 'anna'), ('tutor', 'bela'), ('cleo', 'anna')`;
  const lists = new Map([["tutor", ["anna", "bela"]], ["cleo", ["anna"]]]);
  const credentials = new Map(
    await Promise.all(PEOPLE.map(async (sub) => [sub, await as(sub, { is_admin: sub === "root" })] as const)),
  );
  const strange = await Promise.all(STRANGE_IDS.map((sub) => as(sub)));
  const roll = dice(20_261_130);
  const found = { own: 0, listed: 0, refused: 0, foreign: 0 };
  const before = await logged();

  async function askOne(): Promise<void> {
    const is_strange = roll(4) === 0;
    const reader = is_strange ? null : pick(roll, PEOPLE);
    const headers = reader === null ? pick(roll, strange) : credentials.get(reader) ?? {};
    const person = pick(roll, roll(3) === 0 ? STRANGE_IDS : PEOPLE);
    const response = await pick(roll, isolates)(`?${new URLSearchParams({ user_id: person })}`, headers);
    const body = await response.text();
    ok(response.status < 500, `${reader} asked for ${JSON.stringify(person)}: ${response.status} ${body}`);
    const rows: readonly { readonly user_id: string }[] = response.status === 200 ? JSON.parse(body).data : [];
    const is_listed = lists.get(reader ?? "")?.includes(person) === true;
    const may_see = person === reader || is_listed;
    found.foreign += rows.filter(({ user_id }) => user_id !== person || !may_see).length;
    if (reader !== null && may_see) equal(rows.length, 3);
    if (person === reader) found.own += 1;
    else if (is_listed) found.listed += 1;
    else if (response.status === 403) found.refused += 1;
  }

  const tries = proofs(300, 10_000);
  await Promise.all(Array.from({ length: 10 }, async () => {
    for (let count = 0; count < tries / 10; count += 1) await askOne();
  }));
  equal(found.foreign, 0);
  ok(Math.min(found.own, found.listed, found.refused) > tries / 50, JSON.stringify(found));
  equal(await logged() - before, found.listed);
  // The secret key has to name a person.
  const bare = await isolates[0]?.("", { apikey: stack.keys.secretKey });
  match(await bare?.text() ?? "", /user_id is required with the secret key/);
});
