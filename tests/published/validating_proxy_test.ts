// A peer's proxy that validates by the OpenAPI document lets every answer of ours through.
import assert from "node:assert/strict";
import { contracted, readerOf } from "../support/fixtures/contracted.ts";
import { createArenaRig } from "../support/rigs/http_rig.ts";
import { operationsWithRows } from "../support/fixtures/ops_rows.ts";
import { KEYS } from "../support/fixtures/tokens.ts";
import { resources } from "../../tools/resources.ts";
import { REFUSED, startValidatingProxy } from "./validating_proxy.ts";

/** The same request, asked of the handler in this process. */
function pass(ask: (path: string, init: RequestInit) => Promise<Response>) {
  return (request: Request) => {
    const { pathname, search } = new URL(request.url);
    return ask(`${pathname}${search}`, { headers: request.headers });
  };
}

Deno.test("A proxy that validates answers, formats included, lets everything through that is no resource", async () => {
  const rig = createArenaRig({ operations: operationsWithRows() });
  const proxy = await startValidatingProxy(pass(rig.ask));
  try {
    const headers = { apikey: KEYS.secret };
    const paths = ["/catalog", "/health", "/ops/incidents", "/ops/jobs", "/ops/runs", "/runbook/failed.md"];
    for (const path of paths) {
      const response = await proxy.ask(path, headers);
      assert.equal(response.status, 200, `${path}: ${await response.text()}`);
    }
    const refused = await proxy.ask("/ops/incidents", { apikey: KEYS.publishable });
    assert.equal(refused.status, 403, await refused.text());
  } finally {
    await proxy.stop();
  }
});

Deno.test("A proxy that validates answers lets rows of each pack through", async () => {
  let upstream = (_request: Request): Promise<Response> => Promise.reject(new Error("nobody is asked yet"));
  const proxy = await startValidatingProxy((request) => upstream(request));
  try {
    // The contract tests ask for every resource; this validator compiles for a second before it takes one.
    for (const resource of new Map(resources.map((resource) => [resource.pack, resource])).values()) {
      const { rig, row, path } = contracted(resource);
      upstream = pass(rig.ask);
      const response = await proxy.ask(path.slice("/analytics".length), await readerOf(resource, row));
      assert.equal(response.status, 200, `${path}: ${await response.text()}`);
    }
  } finally {
    await proxy.stop();
  }
});

Deno.test("The proxy refuses a link that is none, and a question that the document does not have", async () => {
  const rig = createArenaRig({ operations: operationsWithRows() });
  const proxy = await startValidatingProxy(async (request) => {
    const response = await pass(rig.ask)(request);
    const body = await response.json() as { data: { runbook: string }[] };
    for (const incident of body.data) incident.runbook = "docs/runbook/failed.md";
    return Response.json(body, { headers: response.headers });
  });
  try {
    const relative = await proxy.ask("/ops/incidents", { apikey: KEYS.secret });
    assert.equal(relative.status, REFUSED);
    assert.match((await relative.json()).message, /runbook must match format "uri"/);
    const unknown = await proxy.ask("/ops/incidents?limit=x", { apikey: KEYS.secret });
    assert.equal(unknown.status, REFUSED);
    assert.match((await unknown.json()).message, /limit must be integer/);
  } finally {
    await proxy.stop();
  }
});
