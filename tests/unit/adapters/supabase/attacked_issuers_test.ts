// Attacks on tokens of outside issuers, through the real verifier with keys made here: keys, texts of claims, numbers, and floods.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { CompactEncrypt, CompactSign, exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT } from "jose";
import { createIdentity } from "../../../../shared/adapters/supabase/identity.ts";
import { sha256 } from "../../../../shared/adapters/runtime/sha256.ts";
import { FakeClock } from "../../../support/fakes/clock.ts";
import { keysOf, makeIssuer } from "../../../support/fixtures/issuers.ts";
import { environmentWith, mintToken, ORIGIN } from "../../../support/fixtures/tokens.ts";

const A = "https://a.example.com";
const B = "https://b.example.com";
const a = await makeIssuer(A, "RS256", "shared-kid");
const b = await makeIssuer(B, "ES256", "shared-kid");
// Published without alg, as some issuers do: then the key itself does not say for which algorithm it is.
a.published = { keys: (a.published?.keys ?? []).map(({ alg: _, ...key }) => key) };
const REFUSED = { code: "UNAUTHENTICATED", status: 401 };

const PROFILES = [
  {
    issuer: A,
    jwks_url: a.jwks_url,
    audience: "freshet",
    claims: { org_id: "org", org_role: "role_there", is_admin: "boss" },
  },
  { issuer: B, jwks_url: b.jwks_url, audience: "freshet", claims: { org_id: "org", org_role: "role_there" } },
];
const now = Math.floor(Date.now() / 1_000);
const AT_A = { iss: A, sub: "anna", aud: "freshet", iat: now, exp: now + 60, org: "org_1", role_there: "trainee" };
const AT_B = { ...AT_A, iss: B };

function rig(over: Record<string, string> = {}) {
  const clock = new FakeClock(Date.now());
  const { fetch, asked } = keysOf([a, b]);
  const environment = environmentWith({ FRESHET_ISSUERS: JSON.stringify(PROFILES), ...over });
  const identity = createIdentity(environment, { clock, hash: sha256, fetch });
  return {
    asked,
    clock,
    identity,
    identify: (token: string) => identity.identify(new Headers({ authorization: `Bearer ${token}` })),
  };
}

const url = (text: string | Uint8Array) =>
  btoa(typeof text === "string" ? String.fromCharCode(...new TextEncoder().encode(text)) : String.fromCharCode(...text))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** A token of A whose payload is exactly this text: no library would write it. */
async function ofText(text: string, header: Record<string, unknown> = {}): Promise<string> {
  const signer = new CompactSign(new TextEncoder().encode(text)).setProtectedHeader({
    alg: "RS256",
    kid: "shared-kid",
    ...header,
  });
  return await signer.sign(a.key());
}

const text = (more: string) => JSON.stringify(AT_A).replace(/}$/, `,${more}}`);

const public_a = await importJWK(a.published?.keys[0] ?? {}, "RS256");
const spki = public_a instanceof Uint8Array ? "" : await exportSPKI(public_a);
const { privateKey: own_key } = await generateKeyPair("RS256", { extractable: true });

const FORGED: readonly (readonly [string, () => Promise<string> | string])[] = [
  ["B's key, with A as its issuer and B's algorithm", () => b.sign(AT_A)],
  ["B's key, with A as its issuer and A's algorithm in its header", async () => {
    const [, payload, signature] = (await b.sign(AT_A)).split(".");
    return `${url(JSON.stringify({ alg: "RS256", kid: "shared-kid" }))}.${payload}.${signature}`;
  }],
  ["A's key, with B as its issuer", () => a.sign(AT_B)],
  [
    "A's key, with the project as its issuer",
    () => a.sign({ ...AT_A, iss: `${ORIGIN}/auth/v1`, aud: "authenticated", role: "authenticated" }),
  ],
  ["the project's secret, with A as its issuer", () => mintToken({ claims: AT_A, header: { kid: "shared-kid" } })],
  ...(["HS256", "HS384", "HS512"] as const).map((alg) =>
    [
      `A's public key as a secret of ${alg}`,
      () => new SignJWT(AT_A).setProtectedHeader({ alg, kid: "shared-kid" }).sign(new TextEncoder().encode(spki)),
    ] as const
  ),
  ...["none", "None", "NONE", "nOnE", "", "rs256", "RS256 "].map((alg) =>
    [
      `nothing, with the algorithm "${alg}"`,
      () => `${url(JSON.stringify({ alg, kid: "shared-kid" }))}.${url(JSON.stringify(AT_A))}.`,
    ] as const
  ),
  ...["PS256", "RS384", "RS512"].map((alg) =>
    [`A's key by the algorithm ${alg}, which the profile does not name`, async () => {
      const jwk = await exportJWK(a.key());
      const key = await importJWK({ ...jwk, alg }, alg);
      return new SignJWT(AT_A).setProtectedHeader({ alg, kid: "shared-kid" }).sign(key);
    }] as const
  ),
  [
    "another key that its own header brings (jwk)",
    () =>
      new SignJWT(AT_A).setProtectedHeader({ alg: "RS256", kid: "shared-kid", jwk: { kty: "RSA", n: "AQ", e: "AQAB" } })
        .sign(own_key),
  ],
  [
    "another key at an address in its header (jku, x5u)",
    () =>
      new SignJWT(AT_A).setProtectedHeader({
        alg: "RS256",
        kid: "shared-kid",
        jku: "https://evil.example.com",
        x5u: "https://evil.example.com",
      }).sign(own_key),
  ],
  [
    "another key with a certificate in its header (x5c)",
    () =>
      new SignJWT(AT_A).setProtectedHeader({ alg: "RS256", kid: "shared-kid", x5c: ["AQ=="], x5t: "AQ" }).sign(own_key),
  ],
  ["no key: it is encrypted for A's public key", async () => {
    const key = await importJWK({ ...a.published?.keys[0], alg: "RSA-OAEP-256", use: "enc" });
    return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(AT_A)))
      .setProtectedHeader({ alg: "RSA-OAEP-256", enc: "A256GCM", kid: "shared-kid" }).encrypt(key);
  }],
  ["A's key, over unencoded text (b64: false)", async () => {
    const [, payload, signature] = (await a.sign(AT_A)).split(".");
    return `${
      url(JSON.stringify({ alg: "RS256", kid: "shared-kid", b64: false, crit: ["b64"] }))
    }.${payload}.${signature}`;
  }],
  ["A's key, without a kid", () => a.sign(AT_A, { kid: undefined })],
  ...[7, null, ["shared-kid"], { kid: "shared-kid" }, "", "__proto__", "../shared-kid", "shared-kid' or '1'='1"].map((
    kid,
  ) =>
    [`A's key, with the kid ${JSON.stringify(kid)}`, async () => {
      const head = url(JSON.stringify({ alg: "RS256", kid }));
      const payload = url(JSON.stringify(AT_A));
      return `${head}.${payload}.${
        url(
          new Uint8Array(
            await crypto.subtle.sign("RSASSA-PKCS1-v1_5", a.key(), new TextEncoder().encode(`${head}.${payload}`)),
          ),
        )
      }`;
    }] as const
  ),
  ["A's key, with a header of two algorithms", () => {
    const head = url('{"alg":"none","alg":"HS256","kid":"shared-kid"}');
    return `${head}.${url(JSON.stringify(AT_A))}.${url(createHmac("sha256", spki).update("x").digest())}`;
  }],
  ["A's key, cut or extended", async () => `${await a.sign(AT_A)}A`],
  ["A's key, with a fourth part", async () => `${await a.sign(AT_A)}.e30`],
  ["A's key, over a list", () => ofText(JSON.stringify([AT_A]))],
  ["A's key, over a text", () => ofText(JSON.stringify(A))],
  ["A's key, over no JSON", () => ofText("{")],
];

const ISSUERS = [
  `${A}/`,
  A.toUpperCase(),
  "HTTPS://a.example.com",
  `${A}:443`,
  `${A}.`,
  ` ${A}`,
  `${A} `,
  `${A}\n`,
  `${A}\n${B}`,
  `${A}\0`,
  `${A}#`,
  `${A}?`,
  "https://a.example.com@b.example.com",
  "https://\u0430.example.com",
  "https://a\u200b.example.com",
  "https://xn--80a.example.com",
  "",
  "null",
  "undefined",
  "constructor",
  "__proto__",
  null,
  7,
  true,
  [A],
  { iss: A },
  [A, B],
];

/** Each is JSON text for the claims after those of AT_A: what comes last counts, also in PostgreSQL's jsonb. */
const REFUSED_TEXTS = [
  `"iss":"${B}"`,
  `"iss":"${ORIGIN}/auth/v1"`,
  '"iss":null',
  '"exp":1e400',
  '"exp":-1e400',
  '"exp":"9999999999"',
  '"exp":null',
  '"exp":true',
  '"exp":[9999999999]',
  '"exp":-1',
  '"exp":0',
  `"exp":${now - 1}`,
  `"exp":${now}.0000001e-3`,
  '"nbf":1e400',
  '"nbf":"0"',
  '"nbf":null',
  `"nbf":${now + 600}`,
  '"iat":"x"',
  '"iat":null',
  '"aud":"other"',
  '"aud":[]',
  '"aud":[["freshet"]]',
  '"aud":{"freshet":true}',
  '"aud":null',
  '"aud":"FRESHET"',
  '"aud":"freshet "',
  '"aud":["x",7]',
  '"sts":"pending"',
  '"act":{}',
  '"act":null',
  '"act":{"sub":"x"}',
  '"act":false',
  '"sub":""',
  '"sub":null',
  '"sub":{}',
  '"sub":["anna"]',
  '"sub":"a\\u0000"',
  '"sub":"\\ud800"',
  '"sub":true',
];

Deno.test("no token that another key signed, or none, is taken as one of an outside issuer", async () => {
  for (const [what, mint] of FORGED) {
    const { identify, identity } = rig();
    const token = await mint();
    await assert.rejects(identify(token), REFUSED, `signed with ${what}`);
    assert.equal(identity.remembered(new Headers({ authorization: `Bearer ${token}` })), null, what);
  }
});

Deno.test("an issuer in any other spelling is unknown, and nothing is fetched for it", async () => {
  const { identify, asked } = rig();
  for (const iss of ISSUERS) {
    await assert.rejects(identify(await ofText(JSON.stringify({ ...AT_A, iss }))), REFUSED, String(iss));
  }
  assert.deepEqual(asked, []);
});

Deno.test("claims of odd numbers, shapes and repeated names are refused, and never a fault", async () => {
  const { identify } = rig();
  for (const more of REFUSED_TEXTS) await assert.rejects(identify(await ofText(text(more))), REFUSED, more);
});

const LONG = "x".repeat(256);
const ORGS: readonly (readonly [string, boolean])[] = [
  ['"org_1"', true],
  ['"a\\nb"', true],
  ['"\\u00e9"', true],
  ['"e\\u0301"', true],
  [`"${"x".repeat(255)}"`, true],
  ['" "', true],
  ['""', false],
  ["null", false],
  ["7", false],
  ["true", false],
  ['["org_1"]', false],
  ['{"id":"org_1"}', false],
  [`"${LONG}"`, false],
  ['"a\\u0000"', false],
  ['"\\udc00"', false],
];
const ROLES: readonly (readonly [string, string | null])[] = [
  ['"trainee"', "trainee"],
  ['"admin"', "admin"],
  ['"Admin"', null],
  ['"admin\\n"', null],
  ['" admin"', null],
  ['"org:admin"', null],
  ['""', null],
  ['["admin"]', null],
  ['{"admin":true}', null],
  ["7", null],
  ["null", null],
  [`"${LONG}"`, null],
  ['"\\u0430dmin"', null],
  ['"admin\\u0000"', null],
  [`"a${"_".repeat(39)}"`, `a${"_".repeat(39)}`],
  [`"a${"_".repeat(40)}"`, null],
];

Deno.test("of organisation and role only a whole text counts, each text is another organisation, and no administrator comes of anything but true", async () => {
  const { identify } = rig();
  const ids: unknown[] = [];
  for (const [org, counts] of ORGS) {
    const caller = await identify(await ofText(text(`"org":${org}`)));
    assert.ok(
      caller?.kind === "user" && (caller.org_id !== null) === counts && caller.org_role === (counts ? "trainee" : null),
      org,
    );
    if (counts) ids.push(caller.org_id);
  }
  assert.equal(new Set(ids).size, ids.length);
  for (const [role, expected] of ROLES) {
    const caller = await identify(await ofText(text(`"role_there":${role}`)));
    assert.ok(caller?.kind === "user" && caller.org_role === expected, role);
  }
  for (const boss of ['"true"', "1", "[true]", '{"x":true}', "null", "false"]) {
    const caller = await identify(await ofText(text(`"boss":true,"boss":${boss}`)));
    assert.ok(caller?.kind === "user" && !caller.is_admin, boss);
  }
});

Deno.test("a thousand tokens of unknown keys and issuers are one fetch for each known issuer", async () => {
  const { identify, asked } = rig();
  for (let n = 0; n < 1_000; n += 1) {
    const iss = [A, B, `https://${n}.example.com`][n % 3];
    const head = url(JSON.stringify({ alg: n % 2 === 0 ? "RS256" : "ES256", kid: `kid-${n}` }));
    await assert.rejects(identify(`${head}.${url(JSON.stringify({ ...AT_A, iss }))}.AAAA`), REFUSED);
  }
  assert.deepEqual(asked.toSorted(), [a.jwks_url, b.jwks_url]);
});

Deno.test("a token that was verified under one setting is verified again under the next", async () => {
  const token = await a.sign(AT_A);
  assert.equal((await rig().identify(token))?.kind, "user");
  const [, only_b] = PROFILES;
  const next = rig({ FRESHET_ISSUERS: JSON.stringify([only_b]) });
  await assert.rejects(next.identify(token), REFUSED);
  const stricter = rig({ FRESHET_ISSUERS: JSON.stringify([{ ...PROFILES[0], audience: "freshet-2" }]) });
  await assert.rejects(stricter.identify(token), REFUSED);
});

Deno.test("where the project takes shared secrets too, its public keys are no secret", async () => {
  const key = { ...a.published?.keys[0], kid: "own" };
  for (const alg of [undefined, "RS256"]) {
    const keys = [{ ...key, alg }];
    const { identify } = rig({ SUPABASE_JWKS: JSON.stringify({ keys }), FRESHET_JWT_ALGORITHMS: "HS256,RS256,ES256" });
    await assert.rejects(identify(await mintToken({ secret: spki, header: { kid: "own" } })), REFUSED);
  }
});

Deno.test("two published keys of one id are 503 for their issuer, and not a fault of the token", async () => {
  const twice = { ...a, published: { keys: [...a.published?.keys ?? [], ...a.published?.keys ?? []] } };
  const { fetch } = keysOf([twice, b]);
  const environment = environmentWith({ FRESHET_ISSUERS: JSON.stringify(PROFILES) });
  const identity = createIdentity(environment, { clock: new FakeClock(Date.now()), hash: sha256, fetch });
  const identify = (token: string) => identity.identify(new Headers({ authorization: `Bearer ${token}` }));
  await assert.rejects(identify(await a.sign(AT_A)), { code: "SOURCE_UNAVAILABLE", status: 503 });
  assert.equal((await identify(await b.sign(AT_B)))?.kind, "user");
});
