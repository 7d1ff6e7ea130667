// Signed messages through the origin, into the tables and the dimension.
import { deepEqual, equal } from "node:assert/strict";
import { makeIssuer } from "../../../../tests/support/fixtures/issuers.ts";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import { LOCAL_VALUES } from "../../functions/variables.ts";
import { signedMessage, userCreated } from "../../demo/send_clerk_event.ts";

const APP = "https://app.example.com";
// The issuer that the webhook's rows are made for.
const clerk = await makeIssuer(LOCAL_VALUES["CLERK_ISSUER"] ?? "", "RS256", "clerk");
// As the pack's README sets it.
const profile = {
  preset: "clerk",
  issuer: clerk.issuer,
  jwks: clerk.published,
  allowed_azp: [APP],
  subjects: "as_they_are",
};

let product: Product;

Deno.test.beforeAll(async () => {
  const variables = { FRESHET_JWT_ISSUER: "none", FRESHET_ISSUERS: JSON.stringify([profile]) };
  product = await startProduct({ redis: false, variables });
});
Deno.test.afterAll(() => product.stop());

const JOINED = 1_700_000_000_000;
const membership = {
  type: "organizationMembership.created",
  timestamp: JOINED,
  data: {
    id: "orgmem_1",
    role: "org:manager",
    organization: { id: "org_2abc", name: "Acme" },
    public_user_data: { user_id: "user_1" },
    created_at: JOINED,
    updated_at: JOINED,
  },
};

async function send(content: object, message_id?: string): Promise<unknown[]> {
  const response = await fetch(signedMessage(product.stack.origin, JSON.stringify(content), message_id));
  const { outcome, code } = await response.json();
  return [response.status, outcome ?? code];
}

async function stored(): Promise<unknown> {
  return await product.sql`
    select d.org_id, u.name, u.email, m.role, d.name as shown_name, d.is_active
    from public.users as u
    join public.org_members as m on m.user_id = u.id
    join analytics.dim_users as d on d.user_id = u.id and d.org_id = m.org_id
    where u.id = 'user_1'`;
}

/** What user_1 reads with a token of Clerk. */
async function ownPage(): Promise<unknown> {
  const now = Math.floor(Date.now() / 1_000);
  const membership = { azp: APP, o: { id: "org_2abc", rol: "manager" } };
  const token = await clerk.sign({ iss: clerk.issuer, sub: "user_1", iat: now, exp: now + 60, ...membership });
  const response = await product.get("/training/me/stats", asUser(product.stack, token));
  const body = await response.json();
  equal(response.status, 200, JSON.stringify(body));
  return body.data.map(({ org_id, user_id, name }: Record<string, unknown>) => ({ org_id, user_id, name }));
}

e2e(
  "signed messages of Clerk reach the tables, the dimension and the page of their user, and each is taken once",
  async () => {
    deepEqual(await send(membership), [200, "taken"]);
    deepEqual(await send(userCreated("user_1", JOINED), "msg_1"), [200, "taken"]);
    deepEqual(await send(userCreated("user_1", JOINED), "msg_1"), [200, "replayed"]);
    deepEqual(await send({ type: "session.created", timestamp: JOINED, data: {} }), [200, "ignored"]);
    // By Python: the uuid5 of the local issuer, a line break and org_2abc, as tests/sql/organisation_id has it.
    const org_id = "a7b35025-3567-5482-8d76-6b18620b943d";
    const ada = { name: "Ada Example", email: "ada@example.org", shown_name: "Ada Example" };
    deepEqual(await stored(), [{ org_id, ...ada, role: "manager", is_active: true }]);
    deepEqual(await ownPage(), [{ org_id, user_id: "user_1", name: "Ada Example" }]);

    deepEqual(await send({ type: "user.deleted", timestamp: JOINED + 1_000, data: { id: "user_1", deleted: true } }), [
      200,
      "taken",
    ]);
    const gone = { name: null, email: null, shown_name: null };
    deepEqual(await stored(), [{ org_id, ...gone, role: "manager", is_active: false }]);
  },
);

e2e("a message that is not signed, too long or not sent with POST is refused and writes nothing", async () => {
  const forged = signedMessage(product.stack.origin, JSON.stringify(userCreated("user_2", JOINED)));
  forged.headers.set("svix-id", "msg_another");
  const long = signedMessage(product.stack.origin, `"${"x".repeat(300_000)}"`);
  const got = new Request(forged.url);
  const answers = [];
  for (const request of [forged, long, got]) {
    const response = await fetch(request);
    equal(response.headers.get("content-type"), "application/problem+json");
    answers.push([response.status, (await response.json()).code]);
  }
  deepEqual(answers, [[400, "BAD_REQUEST"], [413, "CONTENT_TOO_LARGE"], [405, "METHOD_NOT_ALLOWED"]]);
  deepEqual(await product.sql`select id from public.users where id = 'user_2'`, []);
});
