// Tokens of two outside issuers and of the project's own, through the real verifier with keys made here.
import assert from "node:assert/strict";
import { exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from "jose";
import { deriveScope } from "../../../../shared/access/scope.ts";
import type { Caller } from "../../../../shared/access/caller.ts";
import { createIdentity } from "../../../../shared/adapters/supabase/identity.ts";
import { sha256 } from "../../../../shared/adapters/runtime/sha256.ts";
import { FakeClock } from "../../../support/fakes/clock.ts";
import { type Issuer, keysOf, makeIssuer } from "../../../support/fixtures/issuers.ts";
import { environmentWith, KEYS, mintToken, ORIGIN } from "../../../support/fixtures/tokens.ts";
import { samplePack } from "../../../support/sample_pack/mod.ts";

const CLERK = "https://clerk.example.com";
const OTHER = "https://other.example.com";
const APP = "https://app.example.com";

// By Python: uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_URL, "https://freshet.dev/subjects"), issuer + "\n" + sub), and the
// same with /organisations.
const SUBJECT_AT_CLERK = "a5200e67-d9bb-518e-9e7b-0aa42787842b";
const SUBJECT_AT_OTHER = "a3c8ebe3-0481-53fc-807d-eff187a1fb82";
const ORG_AT_CLERK = "a7b35025-3567-5482-8d76-6b18620b943d";
const ORG_AT_OTHER = "fb81a374-4dff-5721-b02c-ee791a84d821";

const REFUSED = { code: "UNAUTHENTICATED", status: 401 };
const UNAVAILABLE = { code: "SOURCE_UNAVAILABLE", status: 503 };

const clerk = await makeIssuer(CLERK, "RS256", "clerk-1");
const other = await makeIssuer(OTHER, "ES256", "other-1");
const stranger = await makeIssuer("https://unknown.example.com", "RS256", "clerk-1");

const PROFILES = [
  { preset: "clerk", issuer: CLERK, allowed_azp: [APP], claims: { is_admin: "metadata.is_admin" } },
  {
    issuer: OTHER,
    jwks_url: other.jwks_url,
    algorithms: ["ES256"],
    audience: "freshet",
    claims: { org_id: ["https://other.example.com/org"], org_role: "role_there" },
    roles: { boss: "manager", staff: "trainee" },
    requires_role: false,
  },
];

function identityWith({ profiles = PROFILES as readonly unknown[], issuers = [clerk, other], over = {} } = {}) {
  const clock = new FakeClock(Date.now());
  const { fetch, asked } = keysOf(issuers);
  const environment = environmentWith({ FRESHET_ISSUERS: JSON.stringify(profiles), ...over });
  const identity = createIdentity(environment, { clock, hash: sha256, fetch });
  const identify = (token: string) => identity.identify(new Headers({ authorization: `Bearer ${token}` }));
  return { identify, identity, clock, asked };
}

const now = Math.floor(Date.now() / 1_000);
const TIMES = { iat: now, nbf: now - 10, exp: now + 60 };
const AT_CLERK = {
  ...TIMES,
  iss: CLERK,
  sub: "user_2abc",
  azp: APP,
  v: 2,
  sid: "sess_1",
  o: { id: "org_2abc", rol: "admin", slg: "acme" },
};
const AT_OTHER = {
  ...TIMES,
  iss: OTHER,
  sub: "user_2abc",
  aud: "freshet",
  "https://other.example.com/org": "org_2abc",
  role_there: "boss",
};

const CALLER_AT_CLERK: Caller = {
  kind: "user",
  subject: SUBJECT_AT_CLERK,
  is_admin: false,
  org_id: ORG_AT_CLERK,
  org_role: "admin",
};
const CALLER_AT_OTHER: Caller = {
  kind: "user",
  subject: SUBJECT_AT_OTHER,
  is_admin: false,
  org_id: ORG_AT_OTHER,
  org_role: "manager",
};

Deno.test("the same subject and organisation of two issuers are two users of two organisations, and the project's own a third", async () => {
  const { identify } = identityWith();
  assert.deepEqual(await identify(await clerk.sign(AT_CLERK)), CALLER_AT_CLERK);
  assert.deepEqual(await identify(await other.sign(AT_OTHER)), CALLER_AT_OTHER);
  const own = await identify(await mintToken({ claims: { sub: "user_2abc", org_id: "org_2abc", org_role: "admin" } }));
  assert.deepEqual(own, { kind: "user", subject: "user_2abc", is_admin: false, org_id: "org_2abc", org_role: "admin" });
});

Deno.test("no resource gives two issuers' users of one name the same rows or the same cache key", () => {
  const own: Caller = { ...CALLER_AT_CLERK, subject: "user_2abc", org_id: "org_2abc" };
  const callers = [CALLER_AT_CLERK, { ...CALLER_AT_OTHER, org_role: "admin" }, own];
  let compared = 0;
  for (const resource of samplePack) {
    const scopes = callers.flatMap((caller) => {
      try {
        return [deriveScope(resource, caller, sha256)];
      } catch {
        return [];
      }
    }).filter(({ restriction }) => restriction !== null);
    assert.equal(new Set(scopes.map(({ label }) => label)).size, scopes.length);
    assert.equal(new Set(scopes.map(({ restriction }) => restriction?.value)).size, scopes.length);
    compared += scopes.length;
  }
  assert.ok(compared >= 6, String(compared));
});

const ISSUERS: readonly (readonly [string, Issuer, Record<string, unknown>])[] = [
  ["Clerk", clerk, AT_CLERK],
  ["the other issuer", other, AT_OTHER],
  ["an unknown issuer", stranger, { ...AT_CLERK, iss: stranger.issuer, aud: "freshet" }],
];
const SIGNERS: readonly (readonly [string, Issuer | null])[] = [
  ["its own key", null],
  ["Clerk's key", clerk],
  ["the other's key", other],
  ["an unknown key of the same id", stranger],
];
const PARTIES: readonly (readonly [string, Record<string, unknown>])[] = [
  ["for us", {}],
  ["for another application", { azp: "https://evil.example.com", aud: "another" }],
  ["for no application", { azp: undefined, aud: undefined }],
  ["for applications that are no text", { azp: [APP], aud: { freshet: true } }],
];
const SPANS: readonly (readonly [string, Record<string, unknown>])[] = [
  ["now", {}],
  ["before", { exp: now - 1 }],
  ["later", { nbf: now + 600 }],
  ["for ever", { exp: undefined }],
  ["until a text", { exp: String(now + 60) }],
];
const SESSIONS: readonly (readonly [string, Record<string, unknown>])[] = [
  ["a whole session", { sts: "active" }],
  ["a pending session", { sts: "pending" }],
  ["an actor for the user", { act: { sub: "user_support" } }],
];

for (const [from, issuer, claims] of ISSUERS) {
  Deno.test(`of all tokens of ${from}, only those that hold in every respect are taken`, async () => {
    const { identify, asked } = identityWith();
    const taken: string[] = [];
    for (const [by, signer] of SIGNERS) {
      for (const [to, party] of PARTIES) {
        for (const [when, span] of SPANS) {
          for (const [kind, session] of SESSIONS) {
            const token = await (signer ?? issuer).sign({ ...claims, ...party, ...span, ...session });
            const what = [by, to, when, kind].join(", ");
            await identify(token).then(() => taken.push(what), (error) => assert.deepEqual(error.status, 401, what));
          }
        }
      }
    }
    const holds = "for us, now, a whole session";
    const expected: Record<string, string[]> = {
      Clerk: [`its own key, ${holds}`, `Clerk's key, ${holds}`],
      "the other issuer": [`its own key, ${holds}`, `the other's key, ${holds}`],
      "an unknown issuer": [],
    };
    assert.deepEqual(taken, expected[from]);
    assert.deepEqual(asked.filter((address) => address !== issuer.jwks_url), []);
    if (issuer === stranger) assert.deepEqual(asked, []);
  });
}

const PUBLIC_KEY = clerk.published?.keys[0] ?? {};
const encoded = (part: object) =>
  btoa(JSON.stringify(part)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
const ATTACKS: readonly (readonly [string, () => Promise<string> | string])[] = [
  ["without a signature", () => `${encoded({ alg: "none", kid: "clerk-1" })}.${encoded(AT_CLERK)}.`],
  ["signed with the public key as a shared secret", async () => {
    const key = await importJWK(PUBLIC_KEY, "RS256");
    const secret = key instanceof Uint8Array ? key : new TextEncoder().encode(await exportSPKI(key));
    return new SignJWT(AT_CLERK).setProtectedHeader({ alg: "HS256", kid: "clerk-1" }).sign(secret);
  }],
  ["signed with the project's own secret", () => mintToken({ claims: AT_CLERK })],
  ["with a key of its own in the header", async () => {
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    const jwk = await exportJWK(publicKey);
    return new SignJWT(AT_CLERK).setProtectedHeader({ alg: "RS256", kid: "clerk-1", jwk }).sign(privateKey);
  }],
  ["with the address of other keys in the header", () => stranger.sign(AT_CLERK, { jku: stranger.jwks_url })],
  ["without a key id", () => clerk.sign(AT_CLERK, { kid: undefined })],
  ["with the key id of another issuer", () => clerk.sign(AT_CLERK, { kid: "other-1" })],
  ["that demands an unknown extension", async () => {
    const [, body = "", signature = ""] = (await clerk.sign(AT_CLERK)).split(".");
    return `${encoded({ alg: "RS256", kid: "clerk-1", crit: ["x"], x: 1 })}.${body}.${signature}`;
  }],
  ["of an issuer in another spelling", () => clerk.sign({ ...AT_CLERK, iss: `${CLERK}/` })],
  ["of a list of issuers", () => clerk.sign({ ...AT_CLERK, iss: [CLERK] })],
  ["of an issuer that every object has", () => clerk.sign({ ...AT_CLERK, iss: "__proto__" })],
  ["without an issuer", () => clerk.sign({ ...AT_CLERK, iss: undefined })],
  ["of one issuer with the claims of the project", () => clerk.sign({ ...AT_CLERK, iss: `${ORIGIN}/auth/v1` })],
  [
    "of the project signed by an outside issuer",
    () => clerk.sign({ ...AT_CLERK, iss: `${ORIGIN}/auth/v1`, aud: "authenticated", role: "authenticated" }),
  ],
  ["whose signature belongs to other claims", async () => {
    const [head = "", , signature = ""] = (await clerk.sign(AT_CLERK)).split(".");
    return `${head}.${encoded({ ...AT_CLERK, sub: "user_victim" })}.${signature}`;
  }],
  ["without a subject", () => clerk.sign({ ...AT_CLERK, sub: undefined })],
  ["with a subject that is no text", () => clerk.sign({ ...AT_CLERK, sub: 7 })],
  ["with an empty subject", () => clerk.sign({ ...AT_CLERK, sub: "" })],
  ["with a subject that no database holds", () => clerk.sign({ ...AT_CLERK, sub: "user\0" })],
  ["with an endless subject", () => clerk.sign({ ...AT_CLERK, sub: "x".repeat(256) })],
];

for (const [what, mint] of ATTACKS) {
  Deno.test(`an outside issuer's token ${what} is refused, and the secret key beside it does not help`, async () => {
    const { identity, identify } = identityWith();
    const token = await mint();
    await assert.rejects(identify(token), REFUSED);
    const headers = new Headers({ authorization: `Bearer ${token}`, apikey: KEYS.secret });
    await assert.rejects(identity.identify(headers), REFUSED);
    assert.equal(identity.remembered(headers), null);
  });
}

type Expected = Pick<Extract<Caller, { kind: "user" }>, "is_admin" | "org_id" | "org_role">;
const PLAIN: Expected = { is_admin: false, org_id: ORG_AT_CLERK, org_role: "admin" };
const NO_ORG: Expected = { is_admin: false, org_id: null, org_role: null };
const CLAIMS: readonly (readonly [string, Record<string, unknown>, Expected])[] = [
  ["without an active organisation", { o: undefined }, NO_ORG],
  ["with an organisation that is text", { o: "org_2abc" }, NO_ORG],
  ["with a list of organisations", { o: [{ id: "org_2abc", rol: "admin" }] }, NO_ORG],
  ["with an organisation's id of the wrong type", { o: { id: 7, rol: "admin" } }, NO_ORG],
  ["with a role and no organisation", { o: { rol: "admin" } }, NO_ORG],
  ["with a role of the wrong type", { o: { id: "org_2abc", rol: ["admin"] } }, { ...PLAIN, org_role: null }],
  ["with a role in another spelling", { o: { id: "org_2abc", rol: "org:admin" } }, { ...PLAIN, org_role: null }],
  ["with organisation claims at the top", { org_id: "org_x", org_role: "owner", o: undefined }, NO_ORG],
  ["with is_admin at the top", { is_admin: true }, PLAIN],
  ["with the mapped is_admin", { metadata: { is_admin: true } }, { ...PLAIN, is_admin: true }],
  ["with the mapped is_admin as text", { metadata: { is_admin: "true" } }, PLAIN],
  ["with the mapped is_admin as a number", { metadata: { is_admin: 1 } }, PLAIN],
  ["with the mapped is_admin in a list", { metadata: [{ is_admin: true }] }, PLAIN],
  ["with the role of the service", { role: "service_role" }, PLAIN],
];

for (const [what, claims, expected] of CLAIMS) {
  Deno.test(`a token ${what} makes exactly the caller that its profile describes`, async () => {
    const { identify } = identityWith();
    const caller = await identify(await clerk.sign({ ...AT_CLERK, ...claims }));
    assert.deepEqual(caller, { kind: "user", subject: SUBJECT_AT_CLERK, ...expected });
  });
}

Deno.test("a profile that maps no is_admin never makes an administrator", async () => {
  const { identify } = identityWith();
  for (const claims of [{ is_admin: true }, { metadata: { is_admin: true } }, { app_metadata: { is_admin: true } }]) {
    assert.deepEqual(await identify(await other.sign({ ...AT_OTHER, ...claims })), CALLER_AT_OTHER);
  }
});

Deno.test("a role that the profile does not list is no role, also one that every object has", async () => {
  const { identify } = identityWith();
  for (const role_there of ["admin", "manager", "constructor", "__proto__"]) {
    const caller = await identify(await other.sign({ ...AT_OTHER, role_there }));
    assert.deepEqual(caller, { ...CALLER_AT_OTHER, org_role: null });
  }
});

Deno.test("a profile may take actors, demand the role, and take this project's organisations", async () => {
  const profile = {
    issuer: OTHER,
    jwks: other.published,
    audience: ["freshet", "freshet-2"],
    claims: { org_id: "org" },
    organisations: "uuid",
    requires_role: true,
    refuse_actor: false,
  };
  const { identify, asked } = identityWith({ profiles: [profile] });
  const org = "b0000000-0000-4000-8000-000000000001";
  const good = { ...AT_OTHER, aud: ["x", "freshet-2"], role: "authenticated", act: { sub: "s" }, org };
  const caller = { ...CALLER_AT_OTHER, org_id: org, org_role: null };
  assert.deepEqual(await identify(await other.sign(good)), caller);
  const text = await identify(await other.sign({ ...good, org: "org_2abc" }));
  assert.deepEqual(text, { ...caller, org_id: null });
  for (const role of [undefined, "anon", "service_role"]) {
    await assert.rejects(identify(await other.sign({ ...good, role })), REFUSED);
  }
  assert.deepEqual(asked, []);
});

Deno.test("the one issuer of a project may keep its subjects, and the project's own tokens are refused then", async () => {
  const profiles = [{ preset: "clerk", issuer: CLERK, allowed_azp: [APP], subjects: "as_they_are" }];
  const { identify } = identityWith({ profiles, over: { FRESHET_JWT_ISSUER: "none" } });
  assert.deepEqual(await identify(await clerk.sign(AT_CLERK)), { ...CALLER_AT_CLERK, subject: "user_2abc" });
  await assert.rejects(identify(await mintToken()), REFUSED);
  await assert.rejects(identify(await clerk.sign({ ...AT_CLERK, sub: "user\0" })), REFUSED);
});

Deno.test("while the keys of one issuer cannot be fetched its tokens are 503, and the others' are taken", async () => {
  const away: Issuer = { ...clerk, published: null };
  const { identify, clock } = identityWith({ issuers: [away, other] });
  await assert.rejects(identify(await clerk.sign(AT_CLERK)), UNAVAILABLE);
  assert.deepEqual(await identify(await other.sign(AT_OTHER)), CALLER_AT_OTHER);
  assert.equal((await identify(await mintToken()))?.kind, "user");
  away.published = clerk.published;
  clock.advance(2_000);
  assert.deepEqual(await identify(await clerk.sign(AT_CLERK)), CALLER_AT_CLERK);
});

Deno.test("a published key that cannot be used is 503 for its issuer, and not a fault of the token", async () => {
  const broken = { ...clerk, published: { keys: [{ kty: "RSA", kid: "clerk-1", alg: "RS256", n: "AQ", e: "?" }] } };
  const { identify } = identityWith({ issuers: [broken, other] });
  await assert.rejects(identify(await clerk.sign(AT_CLERK)), UNAVAILABLE);
  assert.deepEqual(await identify(await other.sign(AT_OTHER)), CALLER_AT_OTHER);
});

Deno.test("an issuer that changes its key is followed after one cooldown, without a fetch from the other", async () => {
  const turning = await makeIssuer(CLERK, "RS256", "first");
  const { identify, clock, asked } = identityWith({ issuers: [turning, other] });
  const old = await turning.sign(AT_CLERK);
  await identify(old);
  await turning.rotate("second");
  const fresh = await turning.sign(AT_CLERK);
  await assert.rejects(identify(fresh), REFUSED);
  clock.advance(30_000);
  assert.deepEqual(await identify(fresh), CALLER_AT_CLERK);
  const forged = await turning.sign(AT_CLERK, { kid: "first" });
  await assert.rejects(identify(forged), REFUSED);
  assert.deepEqual(asked, [CLERK, CLERK].map((issuer) => `${issuer}/.well-known/jwks.json`));
});

Deno.test("the memory of verified tokens keeps issuers apart, and ends with the token", async () => {
  const { identify, identity, clock } = identityWith();
  const tokens = [await clerk.sign({ ...AT_CLERK, exp: now + 30 }), await other.sign({ ...AT_OTHER, exp: now + 30 })];
  for (const token of tokens) await identify(token);
  const remembered = tokens.map((token) => identity.remembered(new Headers({ authorization: `Bearer ${token}` })));
  assert.deepEqual(remembered, [CALLER_AT_CLERK, CALLER_AT_OTHER]);
  clock.advance(31_000);
  for (const token of tokens) await assert.rejects(identify(token), REFUSED);
});

Deno.test("a pending session is refused at the project's own issuer too", async () => {
  await assert.rejects(identityWith().identify(await mintToken({ claims: { sts: "pending" } })), REFUSED);
});
