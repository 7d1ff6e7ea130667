// Each setting of the functions either decorates, and is then left out and told where it does not do, or protects, and refuses.
import assert from "node:assert/strict";
import { connectAudit } from "../../../../shared/adapters/audit_platform.ts";
import { connectPlatform } from "../../../../shared/adapters/platform.ts";
import { systemClock } from "../../../../shared/adapters/runtime/clock.ts";
import { serveAnalytics } from "../../../../shared/http/serve_analytics.ts";
import { serveCronAudit } from "../../../../shared/http/scheduled/serve_cron_audit.ts";
import { registry } from "../../../../packs/registry.ts";
import { optionalVariables } from "../../../../stack/function_environment.ts";
import { failedAlert } from "../../../support/fixtures/audit_alert.ts";
import { FakeAuditDatabase } from "../../../support/fakes/audit_database.ts";
import { FakeSender } from "../../../support/fakes/sender.ts";
import { KEYS, VARIABLES } from "../../../support/fixtures/tokens.ts";

const NO_FOLDER = [
  "planted/runbook",
  "/planted",
  "//planted.example",
  "planted.example/runbook",
  "http://",
  "https://planted example/",
  "ftp://planted.example/",
  "javascript:planted()",
  "https://planted:word@planted.example/",
  "https://planted.example/?page=",
  "https://planted.example/#planted",
  "https://planted.example:99999/",
];

/** Values that do not do, at least ten of each. */
const ODD: Readonly<Record<string, readonly string[]>> = {
  FRESHET_RUNBOOK_URL: NO_FOLDER,
  SENTRY_URL: NO_FOLDER,
  SENTRY_DSN: [...NO_FOLDER, "https://planted@planted.example/", "https://planted@planted.example:99999/1"],
  SENTRY_ENVIRONMENT: [
    ...["plan ted", "planted/eu", "planted\neu", "planted\teu", "None", "none", "/", "planted\u0000", "a\u00a0planted"],
    "planted".repeat(10),
  ],
  SENTRY_RELEASE: [
    ...["planted/1", "planted\\1", "planted\n1", "planted\t1", ".", "..", "latest", "/", "planted\u0000"],
    "planted".repeat(30),
  ],
  SENTRY_AUTH_TOKEN: [
    ...[
      "plan ted",
      "planted\nplanted",
      "planted\r\nx-planted: 1",
      "planted\tplanted",
      "plantéd",
      "planted\u0000",
      "“planted”",
    ],
    ...["Bearer planted", "planted\u200b", "planted".repeat(200)],
  ],
  SENTRY_ORG: [
    ...[
      "plan ted",
      "planted/../planted",
      "../planted",
      "Planted Inc.",
      "planted?",
      "planted#1",
      "-planted",
      "plantéd",
      "%2e",
    ],
    "planted".repeat(20),
  ],
};

/** Keys, issuers, rights, limits, and the cache that limits are counted in: wrong, they are to stop what stands on them. */
const PROTECTS: Readonly<Record<string, string>> = {
  SUPABASE_URL: "planted",
  SUPABASE_PUBLISHABLE_KEYS: "planted",
  SUPABASE_SECRET_KEYS: "planted",
  SUPABASE_JWKS: "planted",
  SUPABASE_JWKS_URL: "planted",
  FRESHET_JWT_ISSUER: ",",
  FRESHET_JWT_ALGORITHMS: "planted",
  FRESHET_ISSUERS: "planted",
  FRESHET_CLAIM_ORG: "planted..id",
  FRESHET_CLAIM_ORG_ROLE: "[planted",
  FRESHET_CLAIM_ADMIN: "user_metadata.planted",
  FRESHET_CORS_ORIGINS: "planted",
  FRESHET_RATE_LIMITS: "planted",
  FRESHET_CLIENT_ADDRESS_HEADER: "planted 1",
  FRESHET_READ_URL: "planted",
  UPSTASH_REDIS_REST_URL: "planted",
  UPSTASH_REDIS_REST_TOKEN: "planted",
};
/** They stand for the first three, and are read only where those are not given. */
const SINGULAR = ["SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"];
/** Only @supabase/server's, which asks for it and does not need it. */
const NOT_OURS = ["SUPABASE_PUBLIC_URL"];

function environment(over: Readonly<Record<string, string>>): (name: string) => string | undefined {
  // No database listens there: what is asked is answered without one.
  const all: Readonly<Record<string, string>> = { ...VARIABLES, SUPABASE_URL: "http://127.0.0.1:9", ...over };
  return (name) => all[name];
}

async function askRead(over: Readonly<Record<string, string>>) {
  const lines: string[] = [];
  const fetch = serveAnalytics({
    registry,
    clock: systemClock,
    log: (line) => lines.push(line),
    connect: () => connectPlatform(environment(over)),
  });
  const ask = async (path: string) => {
    const headers = { apikey: KEYS.secret };
    const response = await fetch(new Request(`http://127.0.0.1:1/analytics/${path}`, { headers }));
    return { status: response.status, text: await response.text() };
  };
  return { page: await ask("runbook/failed.md"), health: await ask("health"), log: lines.join("\n") };
}

async function askAudit(over: Readonly<Record<string, string>>) {
  const lines: string[] = [];
  const database = new FakeAuditDatabase([failedAlert(1)]);
  const sender = new FakeSender();
  const fetch = serveCronAudit({
    authorize: () => Promise.resolve(),
    connect: () => ({ ...connectAudit(environment(over)), database, sender }),
    ledger: () => ({ complete: () => Promise.resolve() }),
    log: (line) => lines.push(line),
  });
  const response = await fetch(new Request("http://127.0.0.1:1/cron-audit", { method: "POST", body: "{}" }));
  const { status } = response;
  await response.body?.cancel();
  return { status, log: lines.join("\n"), sent: sender.sent };
}

for (const [name, values] of Object.entries(ODD)) {
  Deno.test(`an odd ${name} stops no request and no audit, and is told in health and in both logs without its value`, async () => {
    assert.ok(values.length >= 10);
    for (const value of values) {
      const read = await askRead({ [name]: value });
      assert.equal(read.page.status, 200, value);
      const { settings } = JSON.parse(read.health.text);
      assert.match(String(settings?.notes), new RegExp(`^${name} must be .*Until then`), value);
      assert.match(read.log, new RegExp(`${name} must be`), value);
      const audit = await askAudit({ [name]: value });
      assert.equal(audit.status, 200, value);
      assert.match(audit.log, new RegExp(`${name} must be`), value);
      assert.doesNotMatch(String(settings?.notes) + read.log + audit.log, /plant/, value);
    }
  });
}

Deno.test("an odd FRESHET_RUNBOOK_URL leaves every alert with the link to the pages that the project serves", async () => {
  for (const value of NO_FOLDER) {
    const { sent } = await askAudit({ FRESHET_RUNBOOK_URL: value });
    assert.equal(sent[0]?.facts["runbook"], "http://127.0.0.1:9/functions/v1/analytics/runbook/failed.md");
  }
});

Deno.test("settings that do are told nowhere", async () => {
  const good = {
    FRESHET_RUNBOOK_URL: "https://docs.example.com/runbook/",
    SENTRY_DSN: "https://0123abcd@o1.ingest.de.sentry.io/42",
    SENTRY_ENVIRONMENT: "staging-eu",
    SENTRY_RELEASE: "freshet@1.2.3+abc",
    SENTRY_AUTH_TOKEN: "sntryu_0123456789abcdef",
    SENTRY_ORG: "my-org",
    SENTRY_URL: "https://sentry.example.com/sub",
  };
  assert.deepEqual(Object.keys(good).sort(), Object.keys(ODD).sort());
  const { health, log } = await askRead(good);
  assert.equal(JSON.parse(health.text).settings, undefined);
  assert.doesNotMatch(log, /settings/);
  assert.doesNotMatch((await askAudit(good)).log, /settings/);
  assert.notEqual(connectAudit(environment(good)).issues, null);
});

for (const [name, value] of Object.entries(PROTECTS)) {
  Deno.test(`a faulty ${name} protects nothing, so that the read function refuses every request and names it`, async () => {
    const { page, log } = await askRead({ [name]: value });
    assert.equal(page.status, 500);
    assert.match(log, name.startsWith("UPSTASH") ? /UPSTASH_REDIS_REST_/ : new RegExp(name));
  });
}

Deno.test("every setting that the functions ask for either decorates or protects", () => {
  const known = [...Object.keys(ODD), ...Object.keys(PROTECTS), ...SINGULAR, ...NOT_OURS];
  assert.deepEqual([...new Set(optionalVariables)].sort(), known.sort());
});

for (const name of Object.keys(PROTECTS).filter((one) => /PUBLISHABLE|JWKS|JWT|ISSUERS|CLAIM|CORS|UPSTASH/.test(one))) {
  Deno.test(`a faulty ${name} is the read function's alone: the audit goes on`, () => {
    assert.doesNotThrow(() => connectAudit(environment({ [name]: PROTECTS[name] ?? "" })));
  });
}
