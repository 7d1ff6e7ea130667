// Signed messages through the origin, into the tables and the dimension, and out to the callers of Clerk's tokens.
import { deepEqual, equal } from "node:assert/strict";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import { signedMessage, userCreated } from "../../demo/send_clerk_event.ts";
import { type ClerkTokens, makeClerkTokens } from "../support/clerk_tokens.ts";

let product: Product;
let tokens: ClerkTokens;

Deno.test.beforeAll(async () => {
  tokens = await makeClerkTokens();
  product = await startProduct({
    uses: ["clerk-webhook"],
    redis: false,
    variables: { FRESHET_ISSUERS: tokens.profiles },
  });
});
Deno.test.afterAll(() => product.stop());

const JOINED = 1_700_000_000_000;

function membership(user_id: string, org_id: string, role: string): object {
  return {
    type: "organizationMembership.created",
    timestamp: JOINED,
    data: {
      id: `orgmem_${user_id}_${org_id}`,
      role,
      organization: { id: org_id, name: org_id },
      public_user_data: { user_id },
      created_at: JOINED,
      updated_at: JOINED,
    },
  };
}

async function send(content: object, message_id?: string): Promise<unknown[]> {
  const response = await fetch(signedMessage(product.stack.origin, JSON.stringify(content), message_id));
  const { outcome, code } = await response.json();
  return [response.status, outcome ?? code];
}

// By Python: n = uuid.uuid5(uuid.NAMESPACE_URL, "https://freshet.dev/subjects"); uuid.uuid5(n, "https://clerk.example.com\nuser_2abc").
const USER_ID = "a5200e67-d9bb-518e-9e7b-0aa42787842b";
// The same with /organisations and org_2abc.
const ORG_ID = "a7b35025-3567-5482-8d76-6b18620b943d";

async function stored(): Promise<unknown> {
  return await product.sql`
    select d.org_id, u.name, u.email, m.role, d.name as shown_name, d.is_active
    from public.users as u
    join public.org_members as m on m.user_id = u.id
    join analytics.dim_users as d on d.user_id = u.id and d.org_id = m.org_id
    where u.id = ${USER_ID}`;
}

e2e("signed messages of Clerk reach the tables and the dimension, and each is taken once", async () => {
  deepEqual(await send(membership("user_2abc", "org_2abc", "org:manager")), [200, "taken"]);
  deepEqual(await send(userCreated("user_2abc", JOINED), "msg_1"), [200, "taken"]);
  deepEqual(await send(userCreated("user_2abc", JOINED), "msg_1"), [200, "replayed"]);
  deepEqual(await send({ ...userCreated("user_2abc", JOINED + 9), type: "user.updated" }, "msg_1"), [200, "replayed"]);
  deepEqual(await send(userCreated("user_2abc", JOINED - 1)), [200, "older"]);
  deepEqual(await send({ type: "session.created", timestamp: JOINED, data: {} }), [200, "ignored"]);
  const ada = { name: "Ada Example", email: "ada@example.org", shown_name: "Ada Example" };
  deepEqual(await stored(), [{ org_id: ORG_ID, ...ada, role: "manager", is_active: true }]);
});

e2e("a caller of Clerk's token reads the organisation that the messages made, and no other", async () => {
  deepEqual(await send(membership("user_boss", "org_2abc", "org:admin")), [200, "taken"]);
  deepEqual(await send(membership("user_boss", "org_other", "org:admin")), [200, "taken"]);
  const people = async (sub: string, id: string, rol: string) => {
    const token = await tokens.sign({ sub, o: { id, rol } });
    const response = await product.get("/training/people", asUser(product.stack, token));
    equal(response.status, 200);
    const { data } = await response.json();
    return data.map((row: Readonly<Record<string, unknown>>) => row["name"] ?? row["role"]).sort();
  };
  deepEqual(await people("user_boss", "org_2abc", "admin"), ["Ada Example", "admin"]);
  deepEqual(await people("user_2abc", "org_2abc", "trainee"), ["Ada Example"]);
  deepEqual(await people("user_boss", "org_other", "admin"), ["admin"]);
  deepEqual(await people("user_2abc", "org_other", "trainee"), []);
});

e2e("a user who is deleted at Clerk keeps an id and nothing else", async () => {
  const deletion = { type: "user.deleted", timestamp: JOINED + 1_000, data: { id: "user_2abc", deleted: true } };
  deepEqual(await send(deletion), [200, "taken"]);
  const gone = { name: null, email: null, shown_name: null };
  deepEqual(await stored(), [{ org_id: ORG_ID, ...gone, role: "manager", is_active: false }]);
  const late = { ...userCreated("user_2abc", JOINED + 9_000), type: "user.updated" };
  deepEqual(await send(late), [200, "older"]);
  deepEqual(await stored(), [{ org_id: ORG_ID, ...gone, role: "manager", is_active: false }]);
});

e2e("a message that is forged, old, too long or not sent with POST is refused and writes nothing", async () => {
  const body = JSON.stringify(userCreated("user_2", JOINED));
  const forged = signedMessage(product.stack.origin, body);
  forged.headers.set("svix-id", "msg_another");
  const old = signedMessage(product.stack.origin, body, "msg_old", new Date(Date.now() - 301_000));
  const long = signedMessage(product.stack.origin, `"${"x".repeat(300_000)}"`);
  const got = new Request(forged.url);
  const answers = [];
  for (const request of [forged, old, long, got]) {
    const response = await fetch(request);
    equal(response.headers.get("content-type"), "application/problem+json");
    answers.push([response.status, (await response.json()).code]);
  }
  deepEqual(answers, [
    [400, "BAD_REQUEST"],
    [400, "BAD_REQUEST"],
    [413, "CONTENT_TOO_LARGE"],
    [405, "METHOD_NOT_ALLOWED"],
  ]);
  deepEqual(await product.sql`select clerk_id from freshet.clerk_objects where clerk_id = 'user_2'`, []);
});
