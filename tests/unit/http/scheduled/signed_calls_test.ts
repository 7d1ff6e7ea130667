import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { AddressLimit } from "../../../../shared/limits/address_limit.ts";
import { AppError, sourceUnavailable } from "../../../../shared/kernel/app_error.ts";
import type { CallGate, CallVerdict, SignedCall } from "../../../../shared/ops/scheduled_calls.ts";
import { authorizeCall } from "../../../../shared/http/scheduled/authorize_call.ts";
import { serveScheduled } from "../../../../shared/http/scheduled/serve_scheduled.ts";
import { FakeClock } from "../../../support/fakes/clock.ts";

const signed: Readonly<Record<string, string>> = {
  "freshet-call-id": "17",
  "freshet-call-time": "1796000000",
  "freshet-signature": "ab".repeat(32),
};

interface Asked {
  readonly gate: CallGate;
  readonly asked: SignedCall[];
}

/** A database that says what it is told to; the real one is asked in tests/sql/verify_call and tests/e2e. */
function gateThatSays(verdict: CallVerdict | Error, requests = 3): Asked {
  const asked: SignedCall[] = [];
  const gate: CallGate = {
    verifier: {
      verify(call) {
        asked.push(call);
        return verdict instanceof Error ? Promise.reject(verdict) : Promise.resolve(verdict);
      },
    },
    requireKey: ({ headers }) =>
      headers.get("apikey") === "key"
        ? Promise.resolve()
        : Promise.reject(new AppError("UNAUTHENTICATED", { detail: "no key" })),
    limit: new AddressLimit({ requests, seconds: 60 }, new FakeClock()),
    client_address_header: "cf-connecting-ip",
  };
  return { gate, asked };
}

function post(headers: Readonly<Record<string, string>>, body = '{"day": 1}'): Request {
  return new Request("http://127.0.0.1/nightly", { method: "POST", headers, body });
}

function statusOf(gate: CallGate, request: Request): Promise<number> {
  return authorizeCall(request, { name: "nightly", gate }).then(() => 200, (error: AppError) => error.status);
}

Deno.test("a signed call is asked about with the function's own name and its body's digest, and the body stays readable", async () => {
  const { gate, asked } = gateThatSays("accepted");
  const request = post(signed);
  await authorizeCall(request, { name: "nightly", gate });
  assert.deepEqual(asked, [{
    function_name: "nightly",
    call_id: 17,
    signed_at: 1_796_000_000,
    body_sha256: createHash("sha256").update('{"day": 1}').digest("hex"),
    signature: "ab".repeat(32),
  }]);
  assert.deepEqual(await request.json(), { day: 1 });
});

for (const verdict of ["wrong", "expired", "used"] as const) {
  Deno.test(`a call that the database calls ${verdict} is refused, and only the log says why`, async () => {
    const { gate } = gateThatSays(verdict);
    const error: unknown = await authorizeCall(post(signed), { name: "nightly", gate }).catch((thrown) => thrown);
    assert.ok(error instanceof AppError);
    assert.deepEqual([error.code, error.defect], ["UNAUTHENTICATED", `signed call refused: ${verdict}`]);
    assert.ok(!error.message.includes(verdict));
  });
}

Deno.test("a key does not help a bad signature", async () => {
  const { gate } = gateThatSays("wrong");
  assert.equal(await statusOf(gate, post({ ...signed, apikey: "key" })), 401);
  assert.equal(await statusOf(gate, post({ apikey: "key" })), 200);
});

Deno.test("what invoke_function never writes is refused without asking the database", async () => {
  const { gate, asked } = gateThatSays("accepted", 100);
  const wrong: Readonly<Record<string, string>>[] = [
    { "freshet-signature": "" },
    { "freshet-signature": "AB".repeat(32) },
    { "freshet-signature": `${"ab".repeat(32)}, ${"ab".repeat(32)}` },
    { "freshet-call-id": "0" },
    { "freshet-call-id": "1; drop" },
    { "freshet-call-time": "1e9" },
    { "freshet-call-time": "-1796000000" },
    { "freshet-call-time": "1796000000.5" },
  ];
  for (const change of wrong) {
    assert.equal(await statusOf(gate, post({ ...signed, ...change })), 401, JSON.stringify(change));
  }
  assert.equal(await statusOf(gate, post({ "freshet-signature": "ab".repeat(32) })), 401);
  assert.equal(await statusOf(gate, post(signed, "x".repeat(1_048_577))), 401);
  assert.deepEqual(asked, []);
  assert.equal(await statusOf(gate, post(signed, "x".repeat(1_048_576))), 200);
});

Deno.test("wrong signatures and keys count against their address, good ones and outages do not", async () => {
  const outage = gateThatSays(sourceUnavailable("away"));
  for (let call = 0; call < 10; call += 1) assert.equal(await statusOf(outage.gate, post(signed)), 503);

  const { gate } = gateThatSays("wrong");
  const from = (address: string, headers = signed) => post({ ...headers, "cf-connecting-ip": address });
  for (let call = 0; call < 10; call += 1) {
    assert.equal(await statusOf(gate, from("192.0.2.1", { apikey: "key" })), 200);
  }
  const statuses: number[] = [];
  for (let call = 0; call < 2; call += 1) statuses.push(await statusOf(gate, from("192.0.2.1")));
  for (let call = 0; call < 2; call += 1) statuses.push(await statusOf(gate, from("192.0.2.1", { apikey: "guess" })));
  assert.deepEqual(statuses, [401, 401, 401, 429]);
  assert.equal(await statusOf(gate, from("192.0.2.2")), 401, "another address has its own count");
});

Deno.test("a batch of pg_net is let in: good calls do not count, however many are looked at at once", async () => {
  const { gate, asked } = gateThatSays("accepted");
  const statuses = await Promise.all(Array.from({ length: 200 }, () => statusOf(gate, post(signed))));
  assert.deepEqual([...new Set(statuses)], [200]);
  assert.equal(asked.length, 200);
});

Deno.test("a scheduled function of your own works for a signed call and says in the ledger how it ended", async () => {
  const { gate } = gateThatSays("accepted");
  const completed: unknown[] = [];
  const lines: string[] = [];
  const serve = serveScheduled({
    name: "nightly",
    gate: () => gate,
    ledger: () => ({ complete: (call, { outcome }) => Promise.resolve(void completed.push([call, outcome])) }),
    log: (line) => lines.push(line),
  }, async (request) => {
    const { day } = await request.json();
    if (day === 3) throw new Error("password=hunter2");
    return { exported: day };
  });
  assert.deepEqual(await (await serve(post(signed))).json(), { exported: 1 });
  assert.equal((await serve(post({}))).status, 401);
  assert.equal((await serve(new Request("http://127.0.0.1/nightly", { headers: signed }))).status, 405);
  assert.equal((await serve(post(signed, '{"day": 3}'))).status, 500);
  assert.deepEqual(completed, [[17, "succeeded"], [17, "failed"]]);
  assert.deepEqual(lines.map((line) => JSON.parse(line).status), [200, 401, 405, 500]);
  assert.ok(!lines.join().includes("hunter2"));
});
