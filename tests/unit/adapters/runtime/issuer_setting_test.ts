import assert from "node:assert/strict";
import { readEnvironment } from "../../../../shared/adapters/runtime/environment.ts";
import { ORIGIN, VARIABLES } from "../../../support/fixtures/tokens.ts";

const GOOD = {
  issuer: "https://id.example.com",
  jwks_url: "https://id.example.com/keys",
  audience: "freshet",
};
const SHORT = { preset: "clerk", issuer: "https://clerk.example.com", allowed_azp: ["https://app.example.com"] };
const KEY = { kty: "EC", crv: "P-256", kid: "1", x: "planted", y: "planted" };

function read(profiles: unknown, over: Record<string, string> = {}) {
  const all: Record<string, string | undefined> = { ...VARIABLES, FRESHET_ISSUERS: JSON.stringify(profiles), ...over };
  return readEnvironment((name) => all[name]).FRESHET_ISSUERS;
}

function faultOf(profiles: unknown, over: Record<string, string> = {}): string {
  try {
    read(profiles, over);
    return "";
  } catch (error) {
    return String(error);
  }
}

const FAULTS: readonly (readonly [string, unknown, RegExp])[] = [
  ["a profile instead of a list", GOOD, /FRESHET_ISSUERS must be a list/],
  ["an empty list", [], /FRESHET_ISSUERS must not be empty/],
  ["a profile that is text", [GOOD, "planted"], /\(profile 2\) must be a JSON object/],
  ["an unknown field", [{ ...GOOD, planted: 1 }], /\(profile 1\) may hold only preset, issuer, jwks_url/],
  ["an unknown preset", [{ ...SHORT, preset: "planted" }], /preset must be clerk/],
  ["no issuer", [{ ...GOOD, issuer: undefined }], /\(profile 1\) issuer must be text/],
  ["an issuer with a line break", [{ ...GOOD, issuer: "https://planted\nx" }], /issuer must be the exact text/],
  ["no keys", [{ ...GOOD, jwks_url: undefined }], /exactly one of jwks_url and jwks/],
  ["two sources of keys", [{ ...GOOD, jwks: { keys: [KEY] } }], /exactly one of jwks_url and jwks/],
  ["keys over plain http", [{ ...GOOD, jwks_url: "http://planted.example.com/keys" }], /jwks_url must be an https URL/],
  ["keys in a file", [{ ...GOOD, jwks_url: "file:///planted" }], /jwks_url must be an https URL/],
  [
    "a private key",
    [{ ...GOOD, jwks_url: undefined, jwks: [{ ...KEY, d: "planted" }] }],
    /jwks must hold public keys only/,
  ],
  ["a shared secret", [{ ...GOOD, jwks_url: undefined, jwks: [{ kty: "oct", k: "planted" }] }], /public keys only/],
  ["a shared algorithm", [{ ...GOOD, algorithms: ["HS256"] }], /algorithms .*(?:ES256|expected)/],
  ["no algorithm", [{ ...GOOD, algorithms: [] }], /algorithms/],
  ["neither audience nor azp", [{ ...GOOD, audience: undefined }], /needs audience or allowed_azp: without one/],
  ["Clerk without azp", [{ ...SHORT, allowed_azp: undefined }], /needs audience or allowed_azp/],
  ["an empty list of azp", [{ ...SHORT, allowed_azp: [] }], /allowed_azp must not be empty/],
  ["an empty audience", [{ ...GOOD, audience: "" }], /audience/],
  ["a claim that users write", [{ ...GOOD, claims: { is_admin: "user_metadata.planted" } }], /which users write/],
  ["the same at Clerk", [{ ...SHORT, claims: { is_admin: ["unsafe_metadata", "planted"] } }], /which users write/],
  ["a path with an empty part", [{ ...GOOD, claims: { org_id: "planted..id" } }], /claims must not have an empty part/],
  ["an unknown claim", [{ ...GOOD, claims: { planted: "x" } }], /claims may hold only sub, org_id/],
  ["claims that are text", [{ ...SHORT, claims: "planted" }], /claims must be a JSON object/],
  ["a role that ours cannot be", [{ ...GOOD, roles: { planted: "Planted Role" } }], /\(profile 1\) roles/],
  ["unknown organisations", [{ ...GOOD, organisations: "planted" }], /organisations must be uuid or external/],
  ["a switch that is text", [{ ...GOOD, refuse_actor: "planted" }], /refuse_actor must be true or false/],
  ["an issuer twice", [GOOD, { ...GOOD, audience: "planted" }], /must name each issuer once/],
  [
    "the project's own issuer",
    [{ ...GOOD, issuer: `${ORIGIN}/auth/v1` }],
    /none that FRESHET_JWT_ISSUER or the project/,
  ],
  ["kept subjects beside the project's own", [{ ...GOOD, subjects: "as_they_are" }], /set FRESHET_JWT_ISSUER to none/],
];

for (const [what, profiles, message] of FAULTS) {
  Deno.test(`FRESHET_ISSUERS with ${what} is refused at start, by place and field and without a value`, () => {
    assert.match(faultOf(profiles), message);
    assert.match(faultOf(profiles), /FRESHET_ISSUERS .*as secrets of the function/);
    assert.doesNotMatch(faultOf(profiles), /planted/);
  });
}

Deno.test("text that is no JSON is refused without being repeated", () => {
  const fault = faultOf(null, { FRESHET_ISSUERS: "[planted" });
  assert.match(fault, /FRESHET_ISSUERS must be JSON/);
  assert.doesNotMatch(fault, /planted/);
});

Deno.test("two profiles may not keep their subjects, even without the project's own issuer", () => {
  const kept = { ...GOOD, subjects: "as_they_are" };
  assert.equal(faultOf([kept], { FRESHET_JWT_ISSUER: "none" }), "");
  assert.match(faultOf([kept, SHORT], { FRESHET_JWT_ISSUER: "none" }), /only for the one issuer/);
  assert.match(faultOf([kept], { FRESHET_JWT_ISSUER: "https://a.example.com" }), /only for the one issuer/);
});

Deno.test("an issuer that FRESHET_JWT_ISSUER names twice stays allowed where there is no profile", () => {
  const all: Record<string, string> = { ...VARIABLES, FRESHET_JWT_ISSUER: "https://a.example,https://a.example" };
  assert.deepEqual(readEnvironment((name) => all[name]).FRESHET_ISSUERS, []);
});

Deno.test("the short form for Clerk is the whole profile of its session tokens of version 2", () => {
  assert.deepEqual(read([SHORT]), [{
    issuer: SHORT.issuer,
    jwks_url: new URL("https://clerk.example.com/.well-known/jwks.json"),
    algorithms: ["RS256"],
    allowed_azp: SHORT.allowed_azp,
    claims: { sub: ["sub"], org_id: ["o", "id"], org_role: ["o", "rol"] },
    organisations: "external",
    subjects: "derived",
    requires_role: false,
    refuse_actor: true,
  }]);
});

Deno.test("each field of the short form can be replaced, and one claim leaves the others", () => {
  const [profile] = read([{ ...SHORT, jwks: [KEY], claims: { is_admin: ["https://x.example", "admin"] } }]);
  assert.equal(profile?.jwks_url, undefined);
  assert.deepEqual(profile?.jwks, { keys: [KEY] });
  assert.deepEqual(profile?.claims, {
    sub: ["sub"],
    org_id: ["o", "id"],
    org_role: ["o", "rol"],
    is_admin: ["https://x.example", "admin"],
  });
});

Deno.test("keys over plain http are taken from this machine", () => {
  const [profile] = read([{ ...GOOD, jwks_url: "http://127.0.0.1:8123/keys" }]);
  assert.equal(String(profile?.jwks_url), "http://127.0.0.1:8123/keys");
});
