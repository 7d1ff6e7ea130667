// The stand-in of Clerk refuses what Clerk's specification of its Backend API (bapi/2026-05-12) refuses.
import { deepEqual, equal } from "node:assert/strict";
import { type ClerkPart, startClerk } from "../../stack/clerk/mod.ts";

async function withClerk(work: (clerk: ClerkPart) => Promise<void>, rate?: number): Promise<void> {
  const clerk = startClerk(rate === undefined ? {} : { rate });
  for (const n of [1, 2, 3]) {
    const created_at = 1_000 * n;
    clerk.objects.users.set(`user_${n}`, { id: `user_${n}`, created_at, first_name: `N${4 - n}` });
    clerk.objects.organizations.set(`org_${n}`, { id: `org_${n}`, created_at, name: "A" });
    clerk.objects.memberships.set(`orgmem_${n}`, {
      id: `orgmem_${n}`,
      created_at,
      organization: { id: "org_1" },
      public_user_data: { user_id: `user_${n}` },
    });
  }
  await work(clerk);
  await clerk.stop();
}

/** The ids of a page, or the status of a refusal, whose body has Clerk's shape. */
async function ask(clerk: ClerkPart, path: string, more: Record<string, string> = {}): Promise<unknown> {
  const headers = {
    authorization: `Bearer ${clerk.variables["CLERK_SECRET_KEY"]}`,
    "clerk-api-version": "2026-05-12",
    ...more,
  };
  const response = await fetch(`${clerk.url}/v1${path}`, { headers });
  const body = await response.json();
  if (response.status !== 200) return typeof body.errors[0].code === "string" ? response.status : body;
  if (!Array.isArray(body) && body.data === undefined) return body.id;
  return (body.data ?? body).map(({ id }: { readonly id: string }) => id);
}

const QUERIES: readonly (readonly [string, unknown])[] = [
  ["/users", ["user_3", "user_2", "user_1"]],
  ["/users?limit=2", ["user_3", "user_2"]],
  ["/users?limit=2&starting_after=user_2", ["user_1"]],
  ["/users?limit=2&starting_after=user_1&order_by=%2Bcreated_at", ["user_2", "user_3"]],
  ["/users?limit=2&offset=1&order_by=first_name", ["user_2", "user_1"]],
  ["/users?limit=0", 422],
  ["/users?limit=501", 422],
  ["/users?limit=x", 422],
  ["/users?offset=-1", 422],
  ["/users?order_by=age", 422],
  ["/users?starting_after=user_2&offset=1", 422],
  ["/users?starting_after=user_2&order_by=first_name", 422],
  ["/users?starting_after=user_9", 422],
  ["/users/user_1", "user_1"],
  ["/users/user_9", 404],
  ["/organizations?order_by=%2Bcreated_at&limit=1&offset=1", ["org_2"]],
  ["/organizations?order_by=updated_at", 422],
  ["/organizations/org_2", "org_2"],
  ["/organizations/org_9", 404],
  ["/organizations/org_1/memberships?user_id=user_2", ["orgmem_2"]],
  ["/organizations/org_2/memberships?user_id=user_2", []],
  ["/organizations/org_9/memberships", 404],
  ["/organization_memberships?limit=500&offset=2&order_by=-created_at", ["orgmem_1"]],
  ["/organization_memberships?limit=501", 422],
  ["/sessions", 404],
];

Deno.test("pages, cursors, orders and refusals of the stand-in are those of Clerk's specification", () =>
  withClerk(async (clerk) => {
    for (const [path, expected] of QUERIES) deepEqual(await ask(clerk, path), expected, path);
    equal(await ask(clerk, "/users", { authorization: "Bearer sk_test_another" }), 401);
    equal(await ask(clerk, "/users", { "clerk-api-version": "2021-02-05" }), 400);
    clerk.useOrganizations(false);
    deepEqual(await ask(clerk, "/users?limit=1"), ["user_3"]);
    for (const path of ["/organizations", "/organization_memberships"]) equal(await ask(clerk, path), 403);
  }));

Deno.test("more requests than the rate are 429 with the seconds to wait, and what a test asks for too", () =>
  withClerk(async (clerk) => {
    clerk.limit(1, 7);
    const statuses: number[] = [];
    const waits: (string | null)[] = [];
    // In two windows of 10 seconds at most, so that one of them has over 20.
    for (let count = 0; count < 60; count += 1) {
      const response = await fetch(`${clerk.url}/v1/users`, {
        headers: {
          authorization: `Bearer ${clerk.variables["CLERK_SECRET_KEY"]}`,
          "clerk-api-version": "2026-05-12",
        },
      });
      await response.body?.cancel();
      statuses.push(response.status);
      waits.push(response.headers.get("retry-after"));
    }
    deepEqual([statuses[0], waits[0], statuses[1], waits[1]], [429, "7", 200, null]);
    const refused = waits.filter((_, index) => index > 0 && statuses[index] === 429);
    equal(refused.length >= 19, true, `${refused.length} of 59 were refused`);
    equal(refused.every((wait) => /^(?:[1-9]|10)$/.test(wait ?? "")), true, refused.join());
  }, 20));

Deno.test("an event changes the lists, and a deletion ends the memberships with it", () =>
  withClerk(async (clerk) => {
    const event = async (content: unknown) => {
      const response = await fetch(`${clerk.url}/events`, { method: "POST", body: JSON.stringify(content) });
      await response.body?.cancel();
      return response.status;
    };
    equal(await event({ type: "user.created", data: { id: "user_4", created_at: 4_000 } }), 204);
    equal(await event({ type: "user.deleted", data: { id: "user_2", deleted: true } }), 204);
    equal(await event({ type: "user.deleted" }), 422);
    deepEqual(await ask(clerk, "/users"), ["user_4", "user_3", "user_1"]);
    deepEqual(await ask(clerk, "/organization_memberships"), ["orgmem_3", "orgmem_1"]);
  }));
