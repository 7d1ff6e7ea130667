// Closing issues through Sentry's API, against a stand-in that answers as its documentation says.
import assert from "node:assert/strict";
import { createSentryIssues } from "../../../../shared/adapters/sentry/issues.ts";
import { connectIssues } from "../../../../shared/adapters/sentry/project.ts";
import type { Closing } from "../../../../shared/audit/issues.ts";
import { type EnvelopeSink, startEnvelopeSink } from "../../../support/fakes/envelope_sink.ts";

const TOKEN = "sntryu_may_write_events";
const EVENT = "a".repeat(32);
const closing: Closing = {
  opened_event_id: EVENT,
  resolve: true,
  comment: "failed is over: probe recovered (incident 7).",
};

function issuesTest(name: string, body: (sink: EnvelopeSink) => Promise<void>): void {
  Deno.test(`createSentryIssues() ${name}`, async () => {
    const sink = await startEnvelopeSink();
    try {
      await body(sink);
    } finally {
      await sink.stop();
    }
  });
}

function open(sink: EnvelopeSink): void {
  sink.issues.capture({ event_id: EVENT, fingerprint: ["failed:probe"], title: "failed: probe", tags: {} });
}

function tracker(sink: EnvelopeSink, changes: { token?: string; organization?: string } = {}) {
  return createSentryIssues({
    ...{ url: sink.apiUrl, organization: "freshet", project: "1", token: TOKEN, timeout_ms: 300 },
    ...changes,
  });
}

issuesTest("finds the issue by its event, closes it and says why", async (sink) => {
  open(sink);
  assert.deepEqual(await tracker(sink).close(closing), { kind: "done", note: null });
  assert.deepEqual(sink.issues.all.map(({ status, comments }) => ({ status, comments })), [
    { status: "resolved", comments: [closing.comment] },
  ]);
  assert.deepEqual(sink.calls.map(({ method, path }) => `${method} ${path}`), [
    `GET /api/0/organizations/freshet/issues/?query=${EVENT}&project=1&collapse=stats`,
    "PUT /api/0/organizations/freshet/issues/1/",
    "POST /api/0/organizations/freshet/issues/1/comments/",
  ]);
});

issuesTest("may be asked again: nothing is closed or written twice", async (sink) => {
  open(sink);
  for (const _ of [1, 2, 3]) assert.deepEqual(await tracker(sink).close(closing), { kind: "done", note: null });
  assert.deepEqual(sink.issues.all[0]?.activity, ["first_seen", "set_resolved", "note"]);
});

issuesTest("leaves an issue that was archived as it is, and one that is open for a newer incident", async (sink) => {
  open(sink);
  sink.issues.setStatus("1", "ignored");
  assert.equal((await tracker(sink).close(closing)).kind, "done");
  assert.equal(sink.issues.all[0]?.status, "ignored");
  sink.issues.setStatus("1", "unresolved");
  assert.equal((await tracker(sink).close({ ...closing, resolve: false, comment: "other" })).kind, "done");
  assert.deepEqual([sink.issues.all[0]?.status, sink.issues.all[0]?.comments.length], ["unresolved", 2]);
});

issuesTest("tries again later what Sentry has not filed yet, or cannot answer now", async (sink) => {
  const unknown = { kind: "retry", error: "Sentry knows no issue of the event that opened it" };
  assert.deepEqual(await tracker(sink).close(closing), unknown);
  open(sink);
  // A search by words may find another issue: only a hit of the event itself counts.
  sink.script("api", { body: '[{"id":"9","status":"unresolved"}]' });
  assert.deepEqual(await tracker(sink).close(closing), unknown);
  sink.script("api", { status: 502, body: "<html>upstream connect error</html>" });
  assert.deepEqual(await tracker(sink).close(closing), { kind: "retry", error: "Sentry's API answered 502" });
  for (const fault of ["reset", "silent"] as const) {
    // The runtime itself calls again over a connection that it had open: so each call fails.
    sink.always("api", { fault });
    assert.deepEqual(await tracker(sink).close(closing), { kind: "retry", error: "no answer from Sentry's API" });
  }
  assert.equal(sink.issues.all[0]?.status, "unresolved");
  sink.always("api", {});
  sink.script("api", {}, { fault: "response_lost" }, { fault: "response_lost" });
  await tracker(sink).close(closing);
  assert.equal((await tracker(sink).close(closing)).kind, "done");
  assert.deepEqual(sink.issues.all[0]?.activity, ["first_seen", "set_resolved", "note"]);
});

issuesTest("says which scope is missing, in Sentry's words, and never the token", async (sink) => {
  open(sink);
  sink.tokens["sntryu_may_read_events"] = ["event:read"];
  const cases: [string, RegExp][] = [
    [
      "sntryu_of_nobody",
      /answered 401: Invalid token\. SENTRY_AUTH_TOKEN is no token of it; it needs scope event:write/,
    ],
    ["sntryu_may_read_events", /answered 403: You do not have permission .*lacks scope event:write/],
  ];
  for (const [token, words] of cases) {
    const answer = await tracker(sink, { token }).close(closing);
    assert.equal(answer.kind, "stop");
    assert.match(answer.kind === "stop" ? answer.error : "", words);
  }
  sink.script("api", { status: 403, body: JSON.stringify({ detail: `token ${TOKEN} of eve@example.org` }) });
  const told = JSON.stringify(await tracker(sink).close(closing));
  assert.ok(!told.includes(TOKEN) && !told.includes("eve@"), told);
  const elsewhere = await tracker(sink, { organization: "other" }).close(closing);
  assert.match(JSON.stringify(elsewhere), /404.*SENTRY_ORG or SENTRY_URL/);
});

issuesTest("waits as long as a 429 asks, and closes without a comment where none is allowed", async (sink) => {
  open(sink);
  sink.script("api", { status: 429, headers: { "retry-after": "17" } });
  assert.partialDeepStrictEqual(await tracker(sink).close(closing), { kind: "stop", seconds: 17 });
  sink.script("api", {}, {}, { status: 403, body: '{"detail":"Key doesn\'t have permission to create Note"}' });
  assert.partialDeepStrictEqual(await tracker(sink).close(closing), { kind: "done" });
  assert.equal(sink.issues.all[0]?.status, "resolved");
});

Deno.test("connectIssues() takes organisation and API from a DSN of sentry.io, and says what an own Sentry lacks", async () => {
  const asked: string[] = [];
  const real = globalThis.fetch;
  globalThis.fetch = (input) => {
    asked.push(String(input).split("?")[0] ?? "");
    return Promise.resolve(new Response("[]"));
  };
  try {
    const token = "t";
    for (
      const [dsn, organization, url] of [
        ["https://key@o42.ingest.de.sentry.io/7", null, null],
        ["https://key@o42.ingest.sentry.io/7", null, null],
        ["https://key@o42.ingest.us.sentry.io/7", "acme", "https://us2.sentry.io/"],
        ["https://key@sentry.example.org:9000/7", "acme", null],
      ] as const
    ) {
      await connectIssues({ dsn, token, organization, url }).close(closing);
    }
    assert.deepEqual(asked, [
      "https://de.sentry.io/api/0/organizations/42/issues/",
      "https://sentry.io/api/0/organizations/42/issues/",
      "https://us2.sentry.io/api/0/organizations/acme/issues/",
      "https://sentry.example.org:9000/api/0/organizations/acme/issues/",
    ]);
    for (
      const [project, words] of [
        [{ dsn: "https://key@sentry.example.org/7", organization: null, url: null }, /SENTRY_ORG is not set/],
        [{ dsn: "https://key@o1.ingest.sentry.io/7", organization: null, url: "sentry" }, /SENTRY_URL is no http/],
        [{ dsn: "nonsense", organization: "acme", url: null }, /SENTRY_DSN is no DSN/],
      ] as const
    ) {
      assert.match(JSON.stringify(await connectIssues({ ...project, token }).close(closing)), words);
    }
  } finally {
    globalThis.fetch = real;
  }
});
