// The nightly comparison through the scheduler's own call, against the stand-in of Clerk's API.
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { ClerkPart } from "../../../../stack/clerk/mod.ts";
import type { ClerkObject } from "../../../../stack/clerk/objects.ts";
import { pause } from "../../../../stack/pause.ts";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { asUser, type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import { userCreated } from "../../demo/send_clerk_event.ts";
import { type ClerkTokens, makeClerkTokens } from "../support/clerk_tokens.ts";

let product: Product;
let clerk: ClerkPart;
let tokens: ClerkTokens;

Deno.test.beforeAll(async () => {
  tokens = await makeClerkTokens();
  product = await startProduct({
    uses: ["clerk-reconcile", "clerk-webhook"],
    redis: false,
    variables: { FRESHET_ISSUERS: tokens.profiles },
  });
  if (product.stack.clerk === null) throw new Error("the product has no stand-in of Clerk");
  clerk = product.stack.clerk;
  await product.sql`select cron.alter_job(jobid, active => false) from cron.job`;
});
Deno.test.afterAll(() => product.stop());

const CREATED = 1_700_000_000_000;

/** A message of the stand-in, which has the change in its lists from then on. */
async function send(content: object): Promise<void> {
  const response = await fetch(`${clerk.url}/events`, { method: "POST", body: JSON.stringify(content) });
  equal((await response.json()).outcome, "taken");
}

/** The nth newest user, of whom no message tells. */
function user(n: number): ClerkObject {
  const created_at = CREATED - n;
  return { id: `user_${n}`, first_name: `Name ${n}`, email_addresses: [], created_at, updated_at: created_at };
}

interface Walk {
  readonly phase: string;
  readonly position: string | null;
  readonly wait_until: Date | null;
  readonly stopped_because: string | null;
  readonly finished_at: Date | null;
}

async function walk(): Promise<Walk | undefined> {
  const [row] = await product.sql<Walk[]>`
    select phase, position, wait_until, stopped_because, finished_at from freshet.clerk_walks order by walk_id desc limit 1`;
  return row;
}

/** What the job does in one minute, until the call has changed the walk. */
async function drive(): Promise<Walk> {
  await product.sql`select freshet.drive_clerk_walk()`;
  const [call] = await product.sql`select max(call_id) as id from analytics.http_calls`;
  for (let patience = 0; patience < 600; patience += 1) {
    const [ended] = await product.sql`
      select outcome from analytics.http_calls where call_id = ${call?.["id"]} and completed_at is not null`;
    const now = await walk();
    if (ended !== undefined && now !== undefined) return now;
    await pause(50);
  }
  throw new Error(`the call did not end: ${JSON.stringify(await walk())}`);
}

async function driveToEnd(): Promise<Walk> {
  for (let steps = 0; steps < 30; steps += 1) {
    const now = await drive();
    if (now.finished_at !== null || now.stopped_because !== null) return now;
  }
  throw new Error("the walk did not end in 30 calls");
}

async function counts(): Promise<unknown> {
  const [row] = await product.sql`
    select count(*)::integer as known, count(*) filter (where name is not null)::integer as named from public.users`;
  return { ...row };
}

e2e(
  "a walk goes on page by page, waits when Clerk asks, fills in what no message told and removes what Clerk lacks",
  async () => {
    const { sql } = product;
    await send(userCreated("user_lost", CREATED));
    clerk.objects.users.delete("user_lost");
    for (let n = 1; n <= 10; n += 1) await send({ ...userCreated(`user_${n}`, CREATED - 1_000) });
    for (let n = 1; n <= 1_001; n += 1) clerk.objects.users.set(`user_${n}`, user(n));
    clerk.objects.organizations.set("org_1", { id: "org_1", name: "Acme", created_at: CREATED, updated_at: CREATED });
    clerk.objects.memberships.set("orgmem_1", {
      id: "orgmem_1",
      role: "org:manager",
      organization: { id: "org_1" },
      public_user_data: { user_id: "user_950" },
      created_at: CREATED,
      updated_at: CREATED,
    });

    clerk.limit(1, 2);
    ok((await drive()).wait_until !== null, "Clerk's 429 is kept");
    const [waits] = await sql`select freshet.drive_clerk_walk() as called`;
    equal(waits?.["called"], false);
    await sql`update freshet.clerk_walks set wait_until = null`;

    equal((await drive()).position, "user_500");
    await send({ ...userCreated("user_900", CREATED + 5_000), type: "user.updated" });
    clerk.objects.users.set("user_900", user(900)); // The page is of before the message.
    equal((await drive()).position, "user_1000");
    const ended = await driveToEnd();
    ok(ended.finished_at !== null, JSON.stringify(ended));
    deepEqual(await counts(), { known: 1_002, named: 1_001 });
    const rows = await sql`
      select o.clerk_id, u.name from freshet.clerk_objects as o join public.users as u on u.id = o.user_id
      where o.kind = 'user' and o.clerk_id in ('user_1', 'user_900', 'user_lost') order by 1`;
    deepEqual(rows.map(({ clerk_id, name }) => [clerk_id, name]), [
      ["user_1", "Name 1"],
      ["user_900", "Ada Example"],
      ["user_lost", null],
    ]);
    deepEqual(clerk.asked, [
      "/v1/users?limit=500&order_by=-created_at",
      "/v1/users?limit=500&order_by=-created_at",
      "/v1/users?limit=500&order_by=-created_at&starting_after=user_500",
      "/v1/users?limit=500&order_by=-created_at&starting_after=user_1000",
      "/v1/organizations?limit=500&offset=0&order_by=%2Bcreated_at",
      "/v1/organization_memberships?limit=500&offset=0&order_by=%2Bcreated_at",
      "/v1/users/user_lost",
    ]);
  },
);

e2e(
  "a member of whom no message told sees the organisation with their own token, and a stranger sees none of it",
  async () => {
    const names = async (sub: string, org: string) => {
      const token = await tokens.sign({ sub, o: { id: org, rol: "admin" } });
      const response = await product.get("/training/people", asUser(product.stack, token));
      equal(response.status, 200);
      return (await response.json()).data.map((row: Readonly<Record<string, unknown>>) => row["name"]);
    };
    deepEqual(await names("user_950", "org_1"), ["Name 950"]);
    deepEqual(await names("user_950", "org_2"), []);
  },
);

e2e("a walk stops before it removes over a tenth, its job fails, and an operator lets it go on", async () => {
  const { sql } = product;
  for (let n = 1; n <= 102; n += 1) clerk.objects.users.delete(`user_${n}`);
  await sql`update freshet.clerk_walks set started_at = now() - interval '2 days'`;
  const stopped = await driveToEnd();
  equal(stopped.stopped_because, "102 of 1001 users");
  await rejects(sql`select freshet.drive_clerk_walk()`, /102 of 1001 users/);
  deepEqual(await counts(), { known: 1_002, named: 1_001 });

  // The scheduler's own run of the job, which the audit reports.
  const [job] = await sql`select jobid from cron.job where jobname = 'reconcile-clerk'`;
  await sql`select cron.alter_job(${job?.["jobid"]}, active => true)`;
  const failed = () => sql`select from cron.job_run_details where jobid = ${job?.["jobid"]} and status = 'failed'`;
  for (let second = 0; second < 75 && (await failed()).length === 0; second += 1) await pause(1_000);
  await sql`select cron.alter_job(${job?.["jobid"]}, active => false)`;
  await sql`select analytics.audit_pass()`;
  const [incident] = await sql`
    select i.evidence::text as message from analytics.incidents as i where i.fingerprint = 'failed:reconcile-clerk' and i.closed_at is null`;
  match(incident?.["message"] ?? "", /102 of 1001 users/);

  // One of them is at Clerk after all: absence in the lists only asks the question.
  clerk.objects.users.set("user_1", user(1));
  await sql`select freshet.accept_clerk_deletions()`;
  ok((await driveToEnd()).finished_at !== null);
  deepEqual(await counts(), { known: 1_002, named: 900 });
});
