// The admin claim from sign-up to demotion, through the local gateway and with supabase-js, as an application sees it.
import { deepEqual, equal, ok } from "node:assert/strict";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { decodeJwt } from "jose";
import { e2e } from "../support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../support/rigs/product.ts";

let product: Product;

Deno.test.beforeAll(async () => {
  product = await startProduct({ redis: false });
});
Deno.test.afterAll(() => product.stop());

const organisation = "b0000000-0000-4000-8000-000000000001";
const password = "correct horse battery";

interface Person {
  readonly client: SupabaseClient;
  readonly id: string;
  readonly email: string;
  readonly token: string;
}

async function signUp(): Promise<Person> {
  const { origin, keys } = product.stack;
  const client = createClient(origin, keys.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const email = `person-${crypto.randomUUID()}@example.com`;
  const { data, error } = await client.auth.signUp({ email, password });
  equal(error, null);
  return { client, email, id: data.user?.id ?? "", token: data.session?.access_token ?? "" };
}

async function refreshed({ client }: Person): Promise<string> {
  const { data, error } = await client.auth.refreshSession();
  equal(error, null);
  return data.session?.access_token ?? "";
}

/** What the hook decides, of a token's claims. */
function roleIn(token: string): Record<string, unknown> {
  const { is_admin, org_id, org_role } = decodeJwt(token);
  return { is_admin, org_id, org_role };
}

async function statusFor(token: string): Promise<number> {
  const response = await product.get("/engagement/summary-stats", asUser(product.stack, token));
  await response.body?.cancel();
  return response.status;
}

/** Calls a function of schema analytics with this very token. */
async function operate(token: string, name: string): Promise<string | undefined> {
  const { origin, keys } = product.stack;
  const client = createClient(origin, keys.publishableKey, {
    db: { schema: "analytics" },
    global: { headers: { authorization: `Bearer ${token}` } },
    auth: { persistSession: false, autoRefreshToken: false },
  });
  return (await client.rpc(name)).error?.code;
}

const nobody = { is_admin: false, org_id: undefined, org_role: undefined };

e2e("sign-up, sign-in and refresh carry the claims of public.user_roles", async () => {
  const person = await signUp();
  deepEqual(roleIn(person.token), nobody);
  equal(decodeJwt(person.token).sub, person.id);

  await product.sql`
    insert into public.user_roles (user_id, is_admin, org_id, org_role) values (${person.id}, true, ${organisation}, 'manager')`;
  const admin = { is_admin: true, org_id: organisation, org_role: "manager" };
  deepEqual(roleIn(await refreshed(person)), admin, "refresh");
  const { data } = await person.client.auth.signInWithPassword({ email: person.email, password });
  deepEqual(roleIn(data.session?.access_token ?? ""), admin, "sign-in");
  await person.client.auth.signOut();
});

e2e("an admin is let in at the next token, and a demoted one is out at the next token", async () => {
  const person = await signUp();
  equal(await statusFor(person.token), 403);
  equal(await operate(person.token, "health_check"), "42501");

  await product.sql`insert into public.user_roles (user_id, is_admin) values (${person.id}, true)`;
  equal(await statusFor(person.token), 403, "a token that was signed before says what it said");
  const asAdmin = await refreshed(person);
  equal(await statusFor(asAdmin), 200);
  for (const name of ["health_check", "get_cron_job_status", "manual_refresh"]) {
    equal(await operate(asAdmin, name), undefined, name);
  }

  await product.sql`update public.user_roles set is_admin = false where user_id = ${person.id}`;
  const demoted = await refreshed(person);
  deepEqual(roleIn(demoted), nobody);
  equal(await statusFor(demoted), 403);
  for (const name of ["health_check", "get_cron_job_status", "manual_refresh"]) {
    equal(await operate(demoted, name), "42501", name);
  }

  // The limit that docs/deploy.md states: the older token is believed until it ends, at most an hour after it was signed.
  equal(await statusFor(asAdmin), 200);
  const { iat = 0, exp = 0 } = decodeJwt(asAdmin);
  ok(exp - iat <= 3_600, `${exp - iat} s`);
  await person.client.auth.signOut();
});

e2e("a member of an organisation is what org_members says, and nothing after leaving", async () => {
  const person = await signUp();
  const { sql } = product;
  const [org] = await sql`insert into public.orgs (name) values ('North') returning id`;
  await sql`insert into public.users (id) values (${person.id})`;
  await sql`insert into public.org_members (org_id, user_id, role) values (${org?.id}, ${person.id}, 'manager')`;
  deepEqual(roleIn(await refreshed(person)), { is_admin: false, org_id: org?.id, org_role: "manager" });

  await sql`update public.org_members set left_at = now() where user_id = ${person.id}`;
  deepEqual(roleIn(await refreshed(person)), nobody);
  await person.client.auth.signOut();
});

e2e("nobody makes himself an admin", async () => {
  const { origin, keys } = product.stack;
  const person = await signUp();
  await person.client.auth.updateUser({ data: { is_admin: true, org_id: organisation } });
  const token = await refreshed(person);
  deepEqual(roleIn(token), nobody);
  equal(await statusFor(token), 403);

  equal((await person.client.from("user_roles").insert({ user_id: person.id, is_admin: true })).error?.code, "42501");
  equal((await person.client.from("user_roles").select("*")).error?.code, "42501");
  const event = { user_id: person.id, claims: {}, authentication_method: "password" };
  const service = createClient(origin, keys.secretKey, { auth: { persistSession: false, autoRefreshToken: false } });
  for (const client of [person.client, service]) {
    equal((await client.rpc("custom_access_token_hook", { event })).error?.code, "42501");
  }
  equal(await operate(token, "refresh_all_views"), "42501");
  await person.client.auth.signOut();
});
