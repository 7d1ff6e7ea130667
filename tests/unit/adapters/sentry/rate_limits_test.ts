import assert from "node:assert/strict";
import { rateLimitSeconds } from "../../../../shared/adapters/sentry/rate_limits.ts";

const now = Date.parse("2026-11-20T10:00:00Z");

function events(rate_limits: string | null, retry_after: string | null = null) {
  return rateLimitSeconds({ rate_limits, retry_after }, "events", now);
}

Deno.test("rateLimitSeconds() reads the limit of its own category", () => {
  assert.equal(events("60:error:organization"), 60);
  assert.equal(events("60:error;transaction:key"), 60);
  assert.equal(events("60:transaction:key"), null);
  assert.equal(rateLimitSeconds({ rate_limits: "30:monitor:project", retry_after: null }, "check_ins", now), 30);
  assert.equal(events("30:monitor:project"), null);
});

Deno.test("rateLimitSeconds() takes a limit without categories for all", () => {
  assert.equal(events("2700::organization"), 2_700);
  assert.equal(events("2700"), 2_700);
});

Deno.test("rateLimitSeconds() takes the longest of several limits", () => {
  assert.equal(events("60:transaction:key, 120:error:project, 90::organization:quota_exceeded"), 120);
});

Deno.test("rateLimitSeconds() takes a minute where the number cannot be read", () => {
  assert.equal(events("soon:error:project"), 60);
});

Deno.test("rateLimitSeconds() reads Retry-After as seconds and as a date, when Sentry's own header is missing", () => {
  assert.equal(events(null, "45"), 45);
  assert.equal(events(null, "Fri, 20 Nov 2026 10:02:00 GMT"), 120);
  assert.equal(events(null, "Fri, 20 Nov 2026 09:00:00 GMT"), 0);
  assert.equal(events(null, "whenever"), null);
  assert.equal(events("10:error:key", "45"), 10);
});

Deno.test("rateLimitSeconds() is null when nothing is asked", () => assert.equal(events(null), null));
