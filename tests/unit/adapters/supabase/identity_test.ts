import assert from "node:assert/strict";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { createIdentity } from "../../../../shared/adapters/supabase/identity.ts";
import { sha256 } from "../../../../shared/adapters/runtime/sha256.ts";
import type { Caller } from "../../../../shared/access/caller.ts";
import { FakeClock } from "../../../support/fakes/clock.ts";
import { environmentWith, KEYS, mintToken, ORIGIN } from "../../../support/fixtures/tokens.ts";

function identityWith(over: Record<string, string> = {}, clock = new FakeClock(Date.now())) {
  return createIdentity(environmentWith(over), { clock, hash: sha256 });
}

function bearer(token: string, apikey?: string): Headers {
  return new Headers({ authorization: `Bearer ${token}`, ...(apikey === undefined ? {} : { apikey }) });
}

const REFUSED = { code: "UNAUTHENTICATED", status: 401 };

Deno.test("a request without credentials has no caller", async () => {
  assert.equal(await identityWith().identify(new Headers()), null);
});

const KEY_CALLERS: readonly (readonly [keyof typeof KEYS, Caller])[] = [
  ["publishable", { kind: "key", key_name: "default" }],
  ["web", { kind: "key", key_name: "web" }],
  ["secret", { kind: "service" }],
  ["cron", { kind: "key", key_name: "cron" }],
];

for (const [name, caller] of KEY_CALLERS) {
  Deno.test(`the ${name} key makes a ${caller.kind} caller`, async () => {
    assert.deepEqual(await identityWith().identify(new Headers({ apikey: KEYS[name] })), caller);
  });
}

Deno.test("a user's token makes a user, whatever key comes with it", async () => {
  const user = { kind: "user", subject: "anna", is_admin: false, org_id: null, org_role: null };
  const token = await mintToken();
  assert.deepEqual(await identityWith().identify(bearer(token)), user);
  assert.deepEqual(await identityWith().identify(bearer(token, KEYS.publishable)), user);
  assert.deepEqual(await identityWith().identify(bearer(token, KEYS.secret)), user);
});

Deno.test("only is_admin exactly true makes an administrator", async () => {
  for (const is_admin of ["true", 1, {}, [true], null]) {
    const caller = await identityWith().identify(bearer(await mintToken({ claims: { is_admin } })));
    assert.equal(caller?.kind === "user" && caller.is_admin, false, JSON.stringify(is_admin));
  }
  const caller = await identityWith().identify(
    bearer(await mintToken({ claims: { is_admin: true, org_id: "acme", org_role: null } })),
  );
  assert.deepEqual(caller, { kind: "user", subject: "anna", is_admin: true, org_id: "acme", org_role: null });
});

Deno.test("organisation, role and right are read where the settings say they are, and nowhere else", async () => {
  const identity = identityWith({
    FRESHET_CLAIM_ORG: "app_metadata.org_id",
    FRESHET_CLAIM_ORG_ROLE: "app_metadata.role",
    FRESHET_CLAIM_ADMIN: '["https://example.com/admin"]',
  });
  const callerOf = async (claims: Record<string, unknown>) =>
    await identity.identify(bearer(await mintToken({ claims })));
  const nobody = { kind: "user", subject: "anna", is_admin: false, org_id: null, org_role: null };
  const app_metadata = { org_id: "acme", role: "trainee" };
  assert.deepEqual(await callerOf({ app_metadata, "https://example.com/admin": true }), {
    ...nobody,
    ...{ is_admin: true, org_id: "acme", org_role: "trainee" },
  });
  const at_old_places = { org_id: "acme", org_role: "owner", is_admin: true };
  assert.deepEqual(await callerOf({ ...at_old_places, user_metadata: app_metadata }), nobody);
  for (const odd of [[app_metadata], "acme", null, 7, { org_id: 7, role: ["owner"] }]) {
    assert.deepEqual(await callerOf({ app_metadata: odd, "https://example.com/admin": "true" }), nobody);
  }
});

const now = Math.floor(Date.now() / 1_000);
const unsigned = (header: object, claims: object) =>
  `${[header, claims].map((part) => btoa(JSON.stringify(part)).replace(/=+$/, "")).join(".")}.`;

const BAD_TOKENS: readonly (readonly [string, () => Promise<string> | string])[] = [
  ["malformed", () => "not-a-token"],
  ["signed by another secret", () => mintToken({ secret: "another-secret-another-secret-another" })],
  ["of another issuer", () => mintToken({ claims: { iss: "https://evil.example/auth/v1" } })],
  ["for another audience", () => mintToken({ claims: { aud: "anon" } })],
  ["of another role", () => mintToken({ claims: { role: "service_role" } })],
  ["of the anonymous role", () => mintToken({ claims: { role: "anon" } })],
  ["expired", () => mintToken({ expires_in: -1 })],
  ["not valid yet", () => mintToken({ claims: { nbf: now + 600 } })],
  ["without an end", () => mintToken({ claims: { exp: undefined } })],
  ["without a subject", () => mintToken({ claims: { sub: undefined } })],
  ["with an empty subject", () => mintToken({ claims: { sub: "" } })],
  ["with an unknown key id", () => mintToken({ header: { kid: "other" } })],
  [
    "without a signature (alg none)",
    () =>
      unsigned({ alg: "none", kid: "local" }, {
        sub: "anna",
        role: "authenticated",
        aud: "authenticated",
        exp: now + 60,
      }),
  ],
  ["of an algorithm that is not allowed", () => mintToken({ header: { alg: "HS512" } })],
];

for (const [what, mint] of BAD_TOKENS) {
  Deno.test(`a token ${what} is refused, and no key that comes with it helps`, async () => {
    const token = await mint();
    await assert.rejects(identityWith().identify(bearer(token)), REFUSED);
    await assert.rejects(identityWith().identify(bearer(token, KEYS.secret)), REFUSED);
  });
}

Deno.test("a token signed with the public key as a shared secret is refused", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...await exportJWK(publicKey), kid: "es", alg: "ES256" };
  const over = { SUPABASE_JWKS: JSON.stringify({ keys: [jwk] }), FRESHET_JWT_ALGORITHMS: "ES256,HS256" };
  const claims = { iss: `${ORIGIN}/auth/v1`, aud: "authenticated", role: "authenticated", sub: "anna", exp: now + 600 };
  const good = await new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: "es" }).sign(privateKey);
  assert.equal((await identityWith(over).identify(bearer(good)))?.kind, "user");
  await assert.rejects(identityWith({ ...over, FRESHET_JWT_ALGORITHMS: "HS256" }).identify(bearer(good)), REFUSED);
  const forged = await mintToken({ header: { kid: "es" }, secret: await exportSPKI(publicKey) });
  await assert.rejects(identityWith(over).identify(bearer(forged)), REFUSED);
});

const BAD_HEADERS: readonly (readonly [string, Record<string, string>])[] = [
  ["an unknown key", { apikey: "sb_secret_nobody_0123456789" }],
  ["an empty key", { apikey: " " }],
  ["a secret key as bearer only", { authorization: `Bearer ${KEYS.secret}` }],
  ["a key as bearer beside another key", { authorization: `Bearer ${KEYS.secret}`, apikey: KEYS.publishable }],
  ["a scheme that is not Bearer", { authorization: "Basic YTpi", apikey: KEYS.secret }],
  ["a bearer without a token", { authorization: "Bearer ", apikey: KEYS.secret }],
  ["two tokens", { authorization: "Bearer a, Bearer b" }],
  ["a credential without an end", { apikey: "x".repeat(9_000) }],
];

for (const [what, headers] of BAD_HEADERS) {
  Deno.test(`${what} is refused`, async () => {
    await assert.rejects(identityWith().identify(new Headers(headers)), REFUSED);
  });
}

Deno.test("supabase-js without a session, which sends its key twice, is that key's caller", async () => {
  const caller = await identityWith().identify(bearer(KEYS.publishable, KEYS.publishable));
  assert.deepEqual(caller, { kind: "key", key_name: "default" });
});

Deno.test("a refusal says nothing about the credential", async () => {
  const apikey = "sb_secret_planted_0123456789";
  const error = await identityWith().identify(new Headers({ apikey })).catch((thrown: Error) => thrown);
  assert.doesNotMatch(JSON.stringify(error) + String(error), /planted/);
});

Deno.test("a verified token is remembered for at most 60 seconds and never beyond its own end", async () => {
  const clock = new FakeClock(Date.now());
  const identity = identityWith({}, clock);
  const headers = bearer(await mintToken({ expires_in: 30 }));
  assert.equal((await identity.identify(headers))?.kind, "user");
  clock.advance(29_000);
  assert.equal((await identity.identify(headers))?.kind, "user");
  clock.advance(2_000);
  await assert.rejects(identity.identify(headers), REFUSED);
});

Deno.test("a refused token is not remembered as good when a good one has been", async () => {
  const identity = identityWith();
  const good = await mintToken();
  await identity.identify(bearer(good));
  await assert.rejects(identity.identify(bearer(`${good.slice(0, -2)}xx`)), REFUSED);
  await assert.rejects(identity.identify(bearer(await mintToken({ expires_in: -5 }))), REFUSED);
});

Deno.test("a remembered credential is refused beside a second header that is too long, as it was before", async () => {
  const identity = identityWith();
  const token = await mintToken();
  for (const headers of [bearer(token, KEYS.publishable), new Headers({ apikey: KEYS.secret })]) {
    await identity.identify(headers);
    assert.notEqual(identity.remembered(headers), null);
  }
  const long = "x".repeat(8_192);
  const over_long = [
    bearer(token, long),
    bearer(token, long.slice(token.length)),
    new Headers({ apikey: KEYS.secret, authorization: `Bearer ${long}` }),
  ];
  for (const headers of over_long) {
    assert.equal(identity.remembered(headers), null);
    await assert.rejects(identity.identify(headers), REFUSED);
  }
});

Deno.test("whatever two headers carry, what is remembered is what verifying them anew would say", async () => {
  const token = await mintToken();
  const identity = identityWith();
  await identity.identify(bearer(token));
  for (const name of ["publishable", "secret", "cron"] as const) {
    await identity.identify(new Headers({ apikey: KEYS[name] }));
  }
  const values = [
    null,
    "",
    " ",
    token,
    KEYS.publishable,
    KEYS.secret,
    KEYS.cron,
    "sb_secret_wrong",
    "x".repeat(8_192),
    "x".repeat(8_000),
  ];
  for (
    const given of [
      ...values,
      ...values.map((value) => value === null ? null : `Bearer ${value}`),
      `bearer ${token}`,
      `Basic ${token}`,
    ]
  ) {
    for (const apikey of values) {
      const headers = new Headers({
        ...(given === null ? {} : { authorization: given }),
        ...(apikey === null ? {} : { apikey }),
      });
      const fresh = await identityWith().identify(headers).catch(() => null);
      const remembered = identity.remembered(headers);
      assert.ok(remembered === null || fresh !== null, `${given?.slice(0, 30)} beside ${apikey?.slice(0, 30)}`);
      if (remembered !== null) assert.deepEqual(remembered, fresh);
    }
  }
});
