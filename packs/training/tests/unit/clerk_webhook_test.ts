import assert from "node:assert/strict";
import type { PackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import { clerkInstance } from "../../functions/clerk-webhook/clerk_instance.ts";
import { changeOf } from "../../functions/clerk-webhook/change.ts";
import { takeClerkEvent } from "../../functions/clerk-webhook/take_clerk_event.ts";

const ISSUER = "https://clerk.example.com";

// After the examples of Clerk's specification of webhooks, 2025-04-15.
const user = {
  id: "user_29w83",
  first_name: "Una",
  last_name: null,
  primary_email_address_id: "idn_2",
  email_addresses: [
    { id: "idn_1", email_address: "old@example.org", verification: { status: "verified" } },
    { id: "idn_2", email_address: "una@example.org", verification: { status: "verified" } },
  ],
  created_at: 1654012591514,
  updated_at: 1654012591835,
};
const membership = {
  id: "orgmem_1",
  role: "org:admin",
  organization: { id: "org_1", name: "Acme" },
  public_user_data: { user_id: "user_29w83", first_name: "Una" },
  created_at: 1654013203217,
  updated_at: 1654013203300,
};

function event(type: string, data: unknown, timestamp = 1654012591900) {
  const event_attributes = { http_request: { client_ip: "192.0.2.7", user_agent: "planted" } };
  return { type, object: "event", timestamp, data, event_attributes };
}

/** Answers as the database does and keeps what it was asked. */
function recorder() {
  const asked: unknown[] = [];
  const rpc: PackRpc = ({ name, input, output }) => {
    asked.push({ name, input });
    return Promise.resolve(output.parse("taken"));
  };
  return { asked, take: takeClerkEvent(rpc, () => ({ issuer: ISSUER, subjects: "derived" })) };
}

Deno.test("a user goes to the database with name, verified primary address and Clerk's time, without the request's address", async () => {
  const { asked, take } = recorder();
  const answer = await take({ id: "msg_1", content: event("user.created", user) });
  assert.deepEqual(answer, { outcome: "taken", type: "user.created" });
  assert.deepEqual(asked, [{
    name: "take_clerk_event",
    input: {
      event: {
        message_id: "msg_1",
        issuer: ISSUER,
        subjects: "derived",
        type: "user.created",
        kind: "user",
        clerk_id: "user_29w83",
        external_user_id: "user_29w83",
        event_ms: 1654012591835,
        is_deletion: false,
        name: "Una",
        email: "una@example.org",
      },
    },
  }]);
});

Deno.test("an address that is not verified, or not the primary one, is not stored", () => {
  const unverified = {
    ...user,
    email_addresses: [{ ...user.email_addresses[1], verification: { status: "unverified" } }],
  };
  for (const data of [unverified, { ...user, primary_email_address_id: null }, { ...user, email_addresses: [] }]) {
    assert.equal(changeOf(event("user.updated", data))?.email, null);
  }
});

Deno.test("a deletion has the time of its message, whether Clerk writes seconds or milliseconds", () => {
  for (const timestamp of [1716883200, 1716883200000]) {
    const change = changeOf(event("user.deleted", { object: "user", id: "user_29w83", deleted: true }, timestamp));
    assert.deepEqual([change?.event_ms, change?.is_deletion], [1716883200000, true]);
  }
});

Deno.test("roles of Clerk are a closed list, and every other role is a trainee's", () => {
  const role = (text: string) => changeOf(event("organizationMembership.created", { ...membership, role: text }))?.role;
  const roles = ["org:admin", "org:manager", "org:member", "org:owner", "admin", "toString"].map(role);
  assert.deepEqual(roles, ["admin", "manager", "trainee", "trainee", "trainee", "trainee"]);
});

Deno.test("a membership names its organisation, its user and when it began", () => {
  const change = changeOf(event("organizationMembership.deleted", membership, 1654019999000));
  assert.deepEqual(change, {
    type: "organizationMembership.deleted",
    kind: "membership",
    clerk_id: "orgmem_1",
    event_ms: 1654019999000,
    is_deletion: true,
    external_org_id: "org_1",
    external_user_id: "user_29w83",
    role: "admin",
    joined_ms: 1654013203217,
  });
});

Deno.test("a type that changes nothing here is acknowledged without a call of the database", async () => {
  for (const type of ["session.created", "user.createdAtEdge", "organizationDomain.created"]) {
    const { asked, take } = recorder();
    assert.deepEqual(await take({ id: "msg_1", content: event(type, {}) }), { outcome: "ignored", type });
    assert.deepEqual(asked, []);
  }
});

Deno.test("a message of another shape is refused by the names of its fields, never by their values", async () => {
  const { take } = recorder();
  const content = event("user.updated", { ...user, updated_at: "planted", first_name: 7 });
  await assert.rejects(take({ id: "msg_1", content }), (error: Error & { code?: string }) => {
    assert.equal(error.code, "BAD_REQUEST");
    assert.match(error.message, /data\.first_name, data\.updated_at/);
    return !error.message.includes("planted");
  });
  await assert.rejects(take({ id: "msg_1", content: null }), { code: "BAD_REQUEST" });
});

Deno.test("an id that Clerk does not issue is refused, and a name that no database holds is mended", async () => {
  const { asked, take } = recorder();
  for (const id of ["user\0", "\ud800", "üser", "user 1", "x".repeat(201), ""]) {
    await assert.rejects(take({ id: "msg_1", content: event("user.updated", { ...user, id }) }), {
      code: "BAD_REQUEST",
    });
  }
  assert.deepEqual(asked, []);
  assert.equal(changeOf(event("user.updated", { ...user, first_name: "U\0n\ud800a" }))?.name, "Un\ufffda");
});

/** The environment of a function with these values. */
function instanceWith(values: Readonly<Record<string, string | undefined>>) {
  const all: typeof values = { SUPABASE_URL: "https://example.supabase.co", CLERK_ISSUER: ISSUER, ...values };
  return clerkInstance((name) => all[name]);
}
const profile = { preset: "clerk", issuer: ISSUER, allowed_azp: ["https://app.example.com"] };

Deno.test("users get the ids that Clerk's tokens give them: derived, unless the issuer's profile keeps them", () => {
  const another = { ...profile, issuer: "https://other.example.com" };
  const derived = { issuer: ISSUER, subjects: "derived" };
  assert.deepEqual(instanceWith({}), derived);
  assert.deepEqual(instanceWith({ FRESHET_ISSUERS: JSON.stringify([another, profile]) }), derived);
  const kept = JSON.stringify([{ ...profile, subjects: "as_they_are" }]);
  const values = { FRESHET_ISSUERS: kept, FRESHET_JWT_ISSUER: "none" };
  assert.deepEqual(instanceWith(values), { issuer: ISSUER, subjects: "as_they_are" });
});

Deno.test("an issuer that tokens cannot have, or whose tokens name other organisations, is a fault that names the variable", () => {
  const wrong: Record<string, string | undefined>[] = [
    undefined,
    "",
    "clerk.example.com",
    `${ISSUER}/`,
    `${ISSUER}/path`,
    `${ISSUER}\n`,
    "http://clerk.example.com",
  ].map((CLERK_ISSUER) => ({ CLERK_ISSUER }));
  wrong.push({ FRESHET_JWT_ISSUER: ISSUER });
  wrong.push({ FRESHET_ISSUERS: JSON.stringify([{ ...profile, organisations: "uuid" }]) });
  for (const values of wrong) {
    assert.throws(() => instanceWith(values), (error: Error & { code?: string; defect?: string }) => {
      assert.match(error.defect ?? "", /CLERK_ISSUER/);
      return error.code === "INTERNAL";
    }, JSON.stringify(values));
  }
  assert.throws(() => instanceWith({ FRESHET_ISSUERS: "planted" }), (error: Error & { defect?: string }) => {
    assert.match(error.defect ?? "", /FRESHET_ISSUERS/);
    return !error.defect?.includes("planted");
  });
});
