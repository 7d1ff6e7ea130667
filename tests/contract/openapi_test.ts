/** The OpenAPI document is held to the handler: what it promises is what is answered. */
import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { AppError, ERROR_STATUS } from "../../shared/kernel/app_error.ts";
import { fullName } from "../../shared/resource/resource.ts";
import document from "../../packs/openapi.json" with { type: "json" };
import { resources } from "../../tools/resources.ts";
import { createDocument } from "../../tools/openapi/document.ts";
import { contracted, readerOf } from "../support/fixtures/contracted.ts";
import { FakeRefreshes, requestOf } from "../support/fakes/refreshes.ts";
import { createHttpRig, createSampleRig } from "../support/rigs/http_rig.ts";
import { exportId } from "../support/fakes/exports.ts";
import { id } from "../support/fixtures/sample_rows.ts";
import { createExportRig } from "../support/rigs/export_rig.ts";
import { operationsWithRows } from "../support/fixtures/ops_rows.ts";
import { KEYS } from "../support/fixtures/tokens.ts";

interface Documented {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>;
}

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, keywords: ["components"] });
addFormats.default(ajv);
ajv.addSchema({ $id: "document", components: document.components } as object, "document");

type Method = "get" | "head" | "post" | "delete";

/** The response that the document has for a status, its reference followed. */
function documented(path: string, method: Method, status: number): Documented {
  const paths: Readonly<Record<string, Readonly<Record<string, unknown>>>> = document.paths;
  const operation = paths[path]?.[method] as { readonly responses: Readonly<Record<string, unknown>> };
  const found = operation.responses[String(status)] ?? operation.responses["default"];
  assert.ok(found !== undefined, `${path} has no response ${status}`);
  const { $ref } = found as { readonly $ref?: string };
  if ($ref === undefined) return found as Documented;
  const responses: Readonly<Record<string, unknown>> = document.components.responses;
  return responses[$ref.slice("#/components/responses/".length)] as Documented;
}

function validatorOf(schema: { readonly $ref?: string }): ValidateFunction {
  return ajv.compile(schema.$ref === undefined ? schema : { $ref: `document${schema.$ref}` });
}

const OF_CORS = /^access-control-|^content-(?:type|length)$/;

/** Every header that is sent is one that the document has, with a value that fits. */
function assertHeaders(path: string, response: Response, { headers = {} }: Documented): void {
  const known = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  for (const [name, value] of response.headers) {
    if (OF_CORS.test(name)) continue;
    assert.ok(known.has(name), `the header ${name} of ${path} ${response.status} is not documented`);
    const schema = HEADERS.get(name) ?? assert.fail(name);
    const validate = ajv.compile(schema);
    const read: unknown = "type" in schema && schema.type === "integer" ? Number(value) : value;
    assert.ok(validate(read), `${name}: ${value} of ${path}: ${JSON.stringify(validate.errors)}`);
  }
}

const HEADERS = new Map(
  Object.entries(document.components.headers).map(([name, { schema }]) => [name.toLowerCase(), schema]),
);

/** Body, media type and headers of an answer are what the document says. */
async function assertDocumented(path: string, response: Response, method: Method = "get"): Promise<void> {
  const described = documented(path, method, response.status);
  assertHeaders(path, response, described);
  const text = await response.text();
  if (method === "head" || response.status === 304) return assert.equal(text, "");
  const media = response.headers.get("content-type")?.split(";")[0] ?? "";
  const body = described.content?.[media];
  assert.ok(body !== undefined, `${media} of ${path} ${response.status} is not documented`);
  const validate = validatorOf(body.schema);
  assert.ok(validate(media.endsWith("json") ? JSON.parse(text) : text), JSON.stringify(validate.errors));
}

Deno.test("the committed document is what the resources, the migrations and the handler say", async () => {
  const current: unknown = JSON.parse(JSON.stringify(await createDocument(resources)));
  assert.deepEqual(document, current, "run deno run -A tools/openapi.ts and commit the result");
});

for (const resource of resources) {
  const path = `/${fullName(resource)}`;

  Deno.test(`${fullName(resource)} answers as its document says: JSON, CSV, 304 and HEAD`, async () => {
    const { ask, rig, row, path: asked } = contracted(resource, createHttpRig({ rates: () => ({ limits: LIMITED }) }));
    const response = await ask();
    assert.equal(response.status, 200);
    const again = await ask("", { "if-none-match": response.headers.get("etag") ?? "" });
    assert.equal(again.status, 304);
    await assertDocumented(path, response);
    await assertDocumented(path, again);
    await assertDocumented(path, await ask("&format=csv"));
    const headers = await readerOf(resource, row);
    await assertDocumented(path, await rig.ask(asked, { headers, method: "HEAD" }), "head");
  });

  Deno.test(`${fullName(resource)} fails as its document says`, async () => {
    const { ask, rig, path: asked } = contracted(resource, createHttpRig({ rates: () => ({ limits: LIMITED }) }));
    const expected = new Map([
      [400, await ask("&nobody_knows=1")],
      [401, await rig.ask(asked, { anonymous: true })],
      [405, await rig.ask(asked, { method: "DELETE" })],
      [406, await ask("", { accept: "image/png" })],
      [500, await contracted(resource, createHttpRig({ beforeConnect: fail })).ask()],
    ]);
    if (resource.access.scope !== "public") expected.set(403, await ask("", { apikey: KEYS.publishable }));
    rig.source.is_down = true;
    expected.set(503, await ask());
    for (let asked = 0; asked < LIMIT.requests; asked++) expected.set(429, await ask());
    for (const [status, response] of expected) {
      assert.equal(response.status, status);
      await assertDocumented(path, response);
    }
  });
}

const LIMIT = { requests: 9, seconds: 60 };
const LIMITED = { user: LIMIT, key: LIMIT, service: LIMIT, unverified: LIMIT };

function fail(): never {
  throw new Error("a defect");
}

const OPS_READS = ["incidents", "jobs", "runs", "views", "outbox", "actions", "cache"].map((list) => `/ops/${list}`);

Deno.test("what is no resource answers as the document says", async () => {
  const rig = createSampleRig({ operations: operationsWithRows() });
  const headers = { apikey: KEYS.secret };
  for (const path of ["/catalog", "/health", "/openapi.json", ...OPS_READS]) {
    const response = await rig.ask(`/analytics${path}`, { headers });
    assert.equal(response.status, 200);
    await assertDocumented(path, response);
    await assertDocumented(path, await rig.ask(`/analytics${path}`, { headers, method: "HEAD" }), "head");
    await assertDocumented(path, await rig.ask(`/analytics${path}?x=1`, { headers }));
  }
  rig.clock.advance(1_201_000);
  const stale = await rig.ask("/analytics/health", { headers });
  assert.equal(stale.status, 503);
  await assertDocumented("/health", stale);
});

Deno.test("a page of the runbook is served to everybody, and any other name is refused, as the document says", async () => {
  const rig = createSampleRig();
  for (
    const [page, status] of [["failed.md", 200], ["README.md", 200], ["nowhere.md", 404], ["failed", 404]] as const
  ) {
    const response = await rig.ask(`/analytics/runbook/${page}`, { anonymous: true });
    assert.equal(response.status, status, page);
    await assertDocumented("/runbook/{page}", response);
  }
  await assertDocumented("/runbook/{page}", await rig.ask("/analytics/runbook/failed.md?x=1", { anonymous: true }));
  await assertDocumented(
    "/runbook/{page}",
    await rig.ask("/analytics/runbook/failed.md", { anonymous: true, method: "HEAD" }),
    "head",
  );
});

Deno.test("what operators do is answered and refused as the document says", async () => {
  const operations = operationsWithRows();
  const [done] = operations.kept.actions;
  if (done !== undefined) operations.acts.set("refresh-mv_a", done);
  operations.acts.set("probe", new AppError("CONFLICT", { detail: "adopt it first" }));
  const refreshes = new FakeRefreshes();
  refreshes.work = (name) => Promise.resolve(name === "mv_nowhere" ? null : requestOf({ [name]: null }));
  const rig = createSampleRig({ operations, refreshes });
  const body = JSON.stringify({ until: new Date(rig.clock.now() + 60_000).toISOString(), reason: "planned work" });
  const calls: readonly (readonly [string, string, number, string | null, Record<string, string>])[] = [
    ["/ops/jobs/{name}/mute", "jobs/refresh-mv_a/mute", 200, body, { apikey: KEYS.secret }],
    ["/ops/jobs/{name}/mute", "jobs/probe/mute", 409, body, { apikey: KEYS.secret }],
    ["/ops/jobs/{name}/mute", "jobs/gone/mute", 404, body, { apikey: KEYS.secret }],
    ["/ops/jobs/{name}/mute", "jobs/refresh-mv_a/mute", 400, "{}", { apikey: KEYS.secret }],
    ["/ops/jobs/{name}/mute", "jobs/refresh-mv_a/mute", 413, `"${"x".repeat(5_000)}"`, { apikey: KEYS.secret }],
    ["/ops/jobs/{name}/unmute", "jobs/refresh-mv_a/unmute", 200, null, { apikey: KEYS.secret }],
    ["/ops/jobs/{name}/adopt", "jobs/refresh-mv_a/adopt", 200, null, { apikey: KEYS.secret }],
    ["/ops/jobs/{name}/adopt", "jobs/refresh-mv_a/adopt", 403, null, { apikey: KEYS.publishable }],
    ["/ops/views/{name}/refresh", "views/mv_a/refresh", 202, '{"reason":"late"}', { apikey: KEYS.secret }],
    ["/ops/views/{name}/refresh", "views/mv_nowhere/refresh", 404, null, { apikey: KEYS.secret }],
    ["/ops/views/{name}/refresh", "views/mv_a/refresh", 401, null, { apikey: "sb_secret_wrong_0123456789" }],
  ];
  for (const [path, called, status, body, credential] of calls) {
    const headers = { ...credential, ...(body === null ? {} : { "content-type": "application/json" }) };
    const response = await rig.ask(`/analytics/ops/${called}`, { method: "POST", headers, body });
    assert.equal(response.status, status, `${called} ${body}`);
    await assertDocumented(path, response, "post");
  }
});

Deno.test("a refresh is asked for, looked up and refused as the document says", async () => {
  const refreshes = new FakeRefreshes();
  refreshes.work = (name) => Promise.resolve(name === "mv_nowhere" ? null : requestOf({ [name]: null }));
  const rig = createSampleRig({ refreshes });
  const headers = { apikey: KEYS.secret };
  const post = (query: string, more: { readonly apikey: string } = headers) =>
    rig.ask(`/analytics/ops/refresh${query}`, { method: "POST", headers: more });
  const look = (id: string, method = "GET") => rig.ask(`/analytics/ops/refreshes/${id}`, { method, headers });
  const asked = [await post("?view=mv_a"), await post(""), await post("?view=mv_nowhere")];
  assert.deepEqual(asked.map(({ status }) => status), [202, 400, 404]);
  for (const response of [...asked, await post("?view=mv_a", { apikey: KEYS.publishable })]) {
    await assertDocumented("/ops/refresh", response, "post");
  }
  for (const outcome of [null, "refreshed", "failed"] as const) {
    refreshes.known.set(12, requestOf({ mv_a: "skipped_clean", mv_b: outcome }));
    await assertDocumented("/ops/refreshes/{id}", await look("12"));
  }
  await assertDocumented("/ops/refreshes/{id}", await look("12", "HEAD"), "head");
  await assertDocumented("/ops/refreshes/{id}", await look("13"));
});

Deno.test("a compressed answer has the headers that the document says", async () => {
  for (const resource of resources.slice(0, 1)) {
    const { rig, row, path } = contracted(resource);
    rig.source.refresh(resource.view, Array.from({ length: 20 }, () => row));
    const headers = { ...await readerOf(resource, row), "accept-encoding": "gzip" };
    await rig.ask(path, { headers });
    const response = await rig.ask(path, { headers });
    assert.equal(response.headers.get("content-encoding"), "gzip");
    assertHeaders(path, response, documented(`/${fullName(resource)}`, "get", 200));
  }
});

Deno.test("the document has every path that is served, and every problem code with a real example", () => {
  const served = [
    ...resources.map((resource) => `/${fullName(resource)}`),
    ...["/catalog", "/openapi.json", "/health", ...OPS_READS],
    ...["mute", "unmute", "adopt"].map((action) => `/ops/jobs/{name}/${action}`),
    ...[
      "/ops/views/{name}/refresh",
      "/ops/refresh",
      "/ops/refreshes/{id}",
      "/runbook/{page}",
      "/export",
      "/export/{export_id}",
    ],
  ];
  assert.deepEqual(Object.keys(document.paths).sort(), served.sort());
  const { examples, properties } = document.components.schemas.Problem;
  assert.deepEqual(examples.map(({ code }) => code).sort(), Object.keys(ERROR_STATUS).sort());
  assert.deepEqual(properties.code.enum, Object.keys(ERROR_STATUS));
});

Deno.test("every example of the document fits its schema", () => {
  let count = 0;
  for (const [path, item] of Object.entries(document.paths)) {
    const responses = "get" in item ? item.get.responses : item.post.responses;
    for (const [status, response] of Object.entries(responses)) {
      const content: Readonly<Record<string, { schema: object; example?: unknown }>> = "content" in response
        ? response.content
        : {};
      for (const { schema, example } of Object.values(content)) {
        if (example === undefined) continue;
        const validate = validatorOf(schema);
        assert.ok(validate(example), `${path} ${status}: ${JSON.stringify(validate.errors)}`);
        count++;
      }
    }
  }
  assert.ok(count >= 2 * resources.length);
});

Deno.test("/openapi.json is served to any credential, and is a 304 to who holds it", async () => {
  const rig = createHttpRig();
  const response = await rig.ask("/analytics/openapi.json");
  assert.deepEqual(await response.json(), document);
  const etag = response.headers.get("etag") ?? "";
  const again = await rig.ask("/analytics/openapi.json", {
    headers: { apikey: KEYS.publishable, "if-none-match": etag },
  });
  assert.deepEqual([again.status, await again.text()], [304, ""]);
  await assertDocumented("/openapi.json", again);
  assert.equal((await rig.ask("/analytics/openapi.json", { anonymous: true })).status, 401);
});

Deno.test("the function of exports answers and refuses as the document says, in each state of an export", async () => {
  const rig = createExportRig();
  const headers = { apikey: KEYS.secret, "content-type": "application/json" };
  const body = JSON.stringify({ resource: "sample/lane-distributions", filters: { challenge_id: id(1) } });
  const expect = async (status: number, path: string, method: "get" | "post" | "delete", init: RequestInit = {}) => {
    const response = await rig.ask(path, { method: method.toUpperCase(), headers, ...init });
    assert.equal(response.status, status, `${method} ${path}`);
    await assertDocumented(path === "" ? "/export" : "/export/{export_id}", response, method);
  };
  await expect(202, "", "post", { body });
  const one = `/${exportId(1)}`;
  for (const status of ["queued", "frozen", "rendered", "failed", "cancelled", "expired"] as const) {
    rig.exports.became({ status, error_code: status === "failed" ? "GAVE_UP" : null });
    await expect(200, one, "get");
  }
  rig.exports.became({ ...rig.exports.done(), error_code: null });
  await expect(200, `${one}?link_seconds=60`, "get");
  await expect(200, one, "delete");
  rig.exports.first = rig.exports.done();
  await expect(201, "", "post", { body });
  await expect(400, "", "post", { body: "{}" });
  await expect(400, `${one}?link_seconds=0`, "get");
  await expect(401, one, "get", { headers: {} });
  await expect(403, "", "post", { body, headers: { ...headers, apikey: KEYS.publishable } });
  await expect(404, `/${exportId(9)}`, "delete");
  await expect(413, "", "post", { body: " ".repeat(20_000) });
  rig.exports.refused_by = "organisation";
  await expect(429, "", "post", { body });
});
