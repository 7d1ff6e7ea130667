import assert from "node:assert/strict";
import { readEnvironment, readScheduledEnvironment } from "../../../../shared/adapters/runtime/environment.ts";
import { FAULTS, GOOD, KEY, SHORT } from "../../../support/fixtures/issuer_faults.ts";
import { VARIABLES } from "../../../support/fixtures/tokens.ts";

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

for (const { what, profiles, message } of FAULTS) {
  Deno.test(`FRESHET_ISSUERS with ${what} is refused at start, by place and field and without a value`, () => {
    assert.match(faultOf(profiles), message);
    assert.match(faultOf(profiles), /FRESHET_ISSUERS .*as secrets of the function/);
    assert.doesNotMatch(faultOf(profiles), /planted/);
  });
}

Deno.test("no fault in FRESHET_ISSUERS stops a function that the scheduler calls", () => {
  for (const { what, profiles } of FAULTS) {
    const all: Record<string, string> = { ...VARIABLES, FRESHET_ISSUERS: JSON.stringify(profiles) };
    assert.equal(readScheduledEnvironment((name) => all[name]).SUPABASE_URL, VARIABLES["SUPABASE_URL"], what);
  }
});

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
