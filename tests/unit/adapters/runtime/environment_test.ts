import assert from "node:assert/strict";
import { readDecorations, runbookUrl } from "../../../../shared/adapters/runtime/decorations.ts";
import { claimPaths, claimPathsOf, readEnvironment } from "../../../../shared/adapters/runtime/environment.ts";
import { jwksSource } from "../../../../shared/adapters/supabase/jwks_source.ts";
import { CLAIM_FAULTS } from "../../../support/fixtures/claim_faults.ts";
import { environmentWith, VARIABLES } from "../../../support/fixtures/tokens.ts";

function faultOf(over: Record<string, string | undefined>): string {
  const all: Record<string, string | undefined> = { ...VARIABLES, ...over };
  try {
    readEnvironment((name) => all[name]);
    return "";
  } catch (error) {
    return String(error);
  }
}

const FAULTS: readonly (readonly [string, Record<string, string | undefined>, RegExp])[] = [
  ["no URL", { SUPABASE_URL: undefined }, /SUPABASE_URL is not set/],
  ["a URL that is none", { SUPABASE_URL: "planted" }, /SUPABASE_URL must be an http or https URL/],
  ["no secret keys", { SUPABASE_SECRET_KEYS: undefined }, /SUPABASE_SECRET_KEYS is not set/],
  ["secret keys that are no JSON", { SUPABASE_SECRET_KEYS: "{planted" }, /SUPABASE_SECRET_KEYS must be JSON/],
  ["no key named default", { SUPABASE_SECRET_KEYS: '{"cron":"sb_secret_planted_0123"}' }, /named "default"/],
  ["an empty key", { SUPABASE_PUBLISHABLE_KEYS: '{"default":""}' }, /SUPABASE_PUBLISHABLE_KEYS/],
  ["a key set that is none", { SUPABASE_JWKS: '{"planted":1}' }, /SUPABASE_JWKS must be a key set/],
  ["an unknown algorithm", { FRESHET_JWT_ALGORITHMS: "none" }, /FRESHET_JWT_ALGORITHMS must be among ES256/],
  ["half a Redis", { UPSTASH_REDIS_REST_URL: "https://planted.example" }, /together, or neither/],
  ["an origin with a path", { FRESHET_CORS_ORIGINS: "https://planted.example/app" }, /FRESHET_CORS_ORIGINS must be/],
  ["a limit of nothing", { FRESHET_RATE_LIMITS: "user=0/60" }, /FRESHET_RATE_LIMITS must be none, or changes/],
  ["a limit for nobody", { FRESHET_RATE_LIMITS: "planted=5/60" }, /FRESHET_RATE_LIMITS must be none, or changes/],
  ["a limit without a window", { FRESHET_RATE_LIMITS: "user=600" }, /FRESHET_RATE_LIMITS must be none, or changes/],
  ["a read address in the clear", { FRESHET_READ_URL: "http://planted.example" }, /FRESHET_READ_URL must be an https/],
  [
    "a read address with a path",
    { FRESHET_READ_URL: "https://planted.example/rest" },
    /FRESHET_READ_URL must be an http/,
  ],
  [
    "a read address with a user",
    { FRESHET_READ_URL: "https://planted@a.example" },
    /FRESHET_READ_URL must be an https/,
  ],
  [
    "two headers for the address",
    { FRESHET_CLIENT_ADDRESS_HEADER: "a, planted" },
    /ADDRESS_HEADER must be a header's name/,
  ],
];

for (const { name, text, message } of CLAIM_FAULTS) {
  Deno.test(`readEnvironment() refuses ${text.slice(0, 40)} as ${name}, and repeats no value`, () => {
    const fault = faultOf({ [name]: text });
    assert.match(fault, new RegExp(`${name} ${message.source}.*Set the FRESHET_ and UPSTASH_ variables`));
    assert.doesNotMatch(fault, /planted/);
  });
}

Deno.test("claims are at their own names unless a setting says where, and an invalid setting is told to nobody else", () => {
  const by_default = { org: ["org_id"], org_role: ["org_role"], admin: ["is_admin"] };
  assert.deepEqual(claimPaths(environmentWith()), by_default);
  const set = {
    FRESHET_CLAIM_ORG: "app_metadata.org_id",
    FRESHET_CLAIM_ORG_ROLE: '["https://example.com/role"]',
    FRESHET_CLAIM_ADMIN: "",
  };
  const paths = { ...by_default, org: ["app_metadata", "org_id"], org_role: ["https://example.com/role"] };
  assert.deepEqual(claimPaths(environmentWith(set)), paths);
  assert.deepEqual(claimPathsOf((name) => Object.entries(set).find(([one]) => one === name)?.[1]), paths);
  assert.deepEqual(claimPathsOf(() => undefined), by_default);
  for (const { name, text } of CLAIM_FAULTS) assert.equal(claimPathsOf((one) => one === name ? text : undefined), null);
});

for (const [what, over, message] of FAULTS) {
  Deno.test(`readEnvironment() refuses ${what}, names the variable, and repeats no value`, () => {
    assert.match(faultOf(over), message);
    assert.doesNotMatch(faultOf(over), /planted/);
  });
}

Deno.test("a project that has legacy keys only is told to create the new ones, and nothing that cannot be done", () => {
  const legacy = { SUPABASE_ANON_KEY: "eyJ.planted", SUPABASE_SERVICE_ROLE_KEY: "eyJ.planted" };
  const fault = faultOf({ SUPABASE_SECRET_KEYS: undefined, SUPABASE_PUBLISHABLE_KEYS: undefined, ...legacy });
  assert.match(fault, /SUPABASE_SECRET_KEYS is not set\. Create the new API keys \(Settings → API keys\)/);
  assert.doesNotMatch(fault, /as secrets of the function|planted/);
});

Deno.test("only variables that a project may set are to be set as secrets", () => {
  assert.match(faultOf({ FRESHET_JWT_ALGORITHMS: "none" }), /Set .*FRESHET_.* as secrets of the function$/);
  const fault = faultOf({ SUPABASE_URL: undefined, FRESHET_CORS_ORIGINS: "x", SUPABASE_SECRET_KEYS: "{" });
  assert.match(fault, /Create the new API keys.*secrets of the function.*deploy the functions again$/);
  assert.doesNotMatch(faultOf({ SUPABASE_URL: undefined }), /secrets of the function/);
});

Deno.test("readEnvironment() names all faults at once", () => {
  const fault = faultOf({ SUPABASE_URL: undefined, SUPABASE_SECRET_KEYS: "{" });
  assert.match(fault, /SUPABASE_URL.*SUPABASE_SECRET_KEYS/);
});

Deno.test("readEnvironment() has defaults for all that a hosted project does not set", () => {
  const { SUPABASE_URL = "", SUPABASE_SECRET_KEYS = "" } = VARIABLES;
  const bare: Record<string, string> = { SUPABASE_URL: `${SUPABASE_URL}/`, SUPABASE_SECRET_KEYS };
  const environment = readEnvironment((name) => bare[name]);
  assert.equal(environment.SUPABASE_URL, SUPABASE_URL);
  assert.deepEqual(environment.FRESHET_JWT_ALGORITHMS, ["ES256", "RS256"]);
  assert.equal(environment.FRESHET_CORS_ORIGINS, "*");
  assert.equal(environment.UPSTASH_REDIS_REST_URL, undefined);
  assert.deepEqual(environment.FRESHET_RATE_LIMITS.user, { requests: 600, seconds: 60 });
  assert.equal(environment.FRESHET_CLIENT_ADDRESS_HEADER, "cf-connecting-ip");
});

Deno.test("readEnvironment() takes the singular key names for a key named default", () => {
  const bare: Record<string, string> = {
    SUPABASE_URL: "https://a.supabase.co",
    SUPABASE_SECRET_KEY: "sb_secret_0123456789",
  };
  assert.deepEqual(readEnvironment((name) => bare[name]).SUPABASE_SECRET_KEYS, { default: "sb_secret_0123456789" });
});

Deno.test("readEnvironment() splits lists", () => {
  const { FRESHET_CORS_ORIGINS } = environmentWith({
    FRESHET_CORS_ORIGINS: "https://a.example, http://localhost:3000",
  });
  assert.deepEqual(FRESHET_CORS_ORIGINS, ["https://a.example", "http://localhost:3000"]);
});

Deno.test("jwksSource() trusts plain http on this machine only", () => {
  const sourceAt = (SUPABASE_URL: string) => {
    const { SUPABASE_JWKS: _given, ...environment } = environmentWith({ SUPABASE_URL });
    return jwksSource(environment);
  };
  assert.equal(String(sourceAt("https://a.supabase.co")), "https://a.supabase.co/auth/v1/.well-known/jwks.json");
  assert.ok(sourceAt("http://127.0.0.1:54321") instanceof URL);
  assert.equal(sourceAt("http://kong:8000"), null);
  assert.equal(sourceAt("http://127.0.0.1.evil.example"), null);
});

Deno.test("readEnvironment() changes the limits that are named and leaves the others", () => {
  const { FRESHET_RATE_LIMITS: limits } = environmentWith({
    FRESHET_RATE_LIMITS: "user=5/10, service=9000/60,key=none",
  });
  assert.deepEqual(limits, {
    user: { requests: 5, seconds: 10 },
    key: null,
    service: { requests: 9_000, seconds: 60 },
    unverified: { requests: 60, seconds: 60 },
  });
  const { FRESHET_RATE_LIMITS: none } = environmentWith({ FRESHET_RATE_LIMITS: "none" });
  assert.deepEqual(none, { user: null, key: null, service: null, unverified: null });
});

Deno.test("runbookUrl() is a link without any setting: this project's own pages, unless another place is named", () => {
  const linkOf = (over: Record<string, string>) => {
    const all: Record<string, string | undefined> = { ...VARIABLES, ...over };
    const get = (name: string) => all[name];
    return runbookUrl(readEnvironment(get).SUPABASE_URL, readDecorations(get));
  };
  assert.equal(
    linkOf({ SUPABASE_URL: "https://abc.supabase.co/" }),
    "https://abc.supabase.co/functions/v1/analytics/runbook",
  );
  assert.equal(
    linkOf({ FRESHET_RUNBOOK_URL: "https://docs.example.com/runbook/" }),
    "https://docs.example.com/runbook",
  );
});

Deno.test("readEnvironment() takes a load balancer's address as the one for reads, and has none without it", () => {
  const { FRESHET_READ_URL } = environmentWith({ FRESHET_READ_URL: "https://abc-all.supabase.co/" });
  assert.equal(FRESHET_READ_URL, "https://abc-all.supabase.co");
  assert.equal(environmentWith().FRESHET_READ_URL, undefined);
});
