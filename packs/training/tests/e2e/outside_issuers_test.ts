// Tokens of two outside issuers through the gateway, the real function and the real database: the same names, other people.
import { deepEqual, equal } from "node:assert/strict";
import { type Issuer, makeIssuer } from "../../../../tests/support/fixtures/issuers.ts";
import { refreshAll } from "../../../../tests/support/fixtures/arena.ts";
import { withClaims } from "../../../../tests/support/fixtures/strange_claims.ts";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../../../../tests/support/rigs/product.ts";

const APP = "https://app.example.com";

let product: Product;
let clerk: Issuer;
let other: Issuer;
const servers: Deno.HttpServer[] = [];

/** An identity provider on this machine, which publishes its keys until it is shut down. */
async function startIssuer(algorithm: "ES256" | "RS256", kid: string): Promise<Issuer> {
  let made: Issuer | undefined;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json(made?.published),
  );
  servers.push(server);
  return made = await makeIssuer(`http://127.0.0.1:${server.addr.port}`, algorithm, kid);
}

Deno.test.beforeAll(async () => {
  clerk = await startIssuer("RS256", "clerk");
  other = await startIssuer("ES256", "other");
  const profiles = [
    { preset: "clerk", issuer: clerk.issuer, allowed_azp: [APP] },
    {
      issuer: other.issuer,
      jwks_url: other.jwks_url,
      audience: "freshet",
      claims: { org_id: "org", org_role: "rank" },
    },
  ];
  product = await startProduct({ redis: false, variables: { FRESHET_ISSUERS: JSON.stringify(profiles) } });
  await plant(clerk.issuer, 11);
  await plant(other.issuer, 22);
  await refreshAll(product.sql);
});
Deno.test.afterAll(async () => {
  await product.stop();
  for (const server of servers) await server.shutdown();
});

/** The user user_1 of the organisation org_1 at this issuer, with one attempt of this score. */
async function plant(issuer: string, score: number): Promise<void> {
  await product.sql`
    with ids as (
      select freshet.subject_id(${issuer}, 'user_1')::text as user_id, freshet.organisation_id(${issuer}, 'org_1') as org_id
    ),
    users as (insert into public.users (id, name) select i.user_id, 'canary' from ids as i returning id),
    orgs as (insert into public.orgs (id, name) select i.org_id, 'canary' from ids as i returning id),
    members as (
      insert into public.org_members (org_id, user_id, role) select o.id, u.id, 'admin' from orgs as o, users as u
      returning org_id, user_id
    )
    insert into public.scenario_attempts (org_id, user_id, status, score, duration_seconds, started_at, ended_at)
    select m.org_id, m.user_id, 'completed', ${score}, 60, now() - interval '1 day', now() - interval '23 hours' from members as m`;
}

function claims(issuer: string, more: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1_000);
  return { iss: issuer, sub: "user_1", iat: now, exp: now + 60, ...more };
}
const ofClerk = (more = {}) =>
  clerk.sign(claims(clerk.issuer, { azp: APP, o: { id: "org_1", rol: "admin" }, ...more }));
const ofOther = (more = {}) =>
  other.sign(claims(other.issuer, { aud: "freshet", org: "org_1", rank: "admin", ...more }));

/** The average of the caller's own scores, or the status of the refusal. */
async function ownScore(headers: Record<string, string>): Promise<unknown> {
  const response = await product.get("/training/me/stats", headers);
  const body = await response.json();
  return response.status === 200 ? body.data.map((row: Record<string, unknown>) => row["avg_score"]) : response.status;
}

e2e(
  "the same user and organisation of two issuers read their own rows, and the project's own user of that name none",
  async () => {
    for (let round = 0; round < 2; round += 1) {
      deepEqual(await ownScore(asUser(product.stack, await ofClerk())), [11]);
      deepEqual(await ownScore(asUser(product.stack, await ofOther())), [22]);
    }
    const own = { sub: "user_1", org_id: "org_1", org_role: "admin" };
    deepEqual(await ownScore(await withClaims(product.stack, own)), []);
  },
);

e2e("what a profile refuses is 401 through the gateway too", async () => {
  equal(await ownScore(asUser(product.stack, await ofClerk({ azp: "https://evil.example.com" }))), 401);
  equal(await ownScore(asUser(product.stack, await ofClerk({ sts: "pending" }))), 401);
  equal(await ownScore(asUser(product.stack, await ofClerk({ act: { sub: "x" } }))), 401);
  equal(await ownScore(asUser(product.stack, await ofClerk({ iss: "https://unknown.example.com" }))), 401);
  equal(await ownScore(asUser(product.stack, await ofOther({ iss: clerk.issuer, azp: APP }))), 401);
});

e2e("while an issuer is away its known keys go on to count, and the other issuer is not concerned", async () => {
  const [first] = servers;
  await first?.shutdown();
  servers.splice(0, 1);
  equal(await ownScore(asUser(product.stack, await ofClerk())).then((score) => JSON.stringify(score)), "[11]");
  deepEqual(await ownScore(asUser(product.stack, await ofOther())), [22]);
});
