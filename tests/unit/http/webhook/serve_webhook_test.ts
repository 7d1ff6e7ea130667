import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { AppError } from "../../../../shared/kernel/app_error.ts";
import type { VerifiedMessage } from "../../../../shared/ops/webhooks.ts";
import { webhookVerifier } from "../../../../shared/adapters/webhook/verifier.ts";
import { serveWebhook } from "../../../../shared/http/webhook/serve_webhook.ts";

const SECRET = `whsec_${btoa("a secret of exactly thirty-two b")}`;
const OLD_SECRET = `whsec_${btoa("the secret that is being replaced")}`;
const NOW = () => Math.floor(Date.now() / 1000);

/** By the scheme's text, not by the package: HMAC-SHA256 of id, time and body, in base64. */
function signature(secret: string, id: string, timestamp: number, body: string): string {
  const key = Uint8Array.from(atob(secret.slice("whsec_".length)), (letter) => letter.charCodeAt(0));
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

interface Sent {
  readonly body?: string;
  readonly signed?: string;
  readonly secret?: string;
  readonly at?: number;
  readonly prefix?: string;
  readonly id?: string;
  /** Instead of the right signature: made of it. */
  readonly headerOf?: (right: string) => string;
}

function sent(
  {
    body = '{"type":"x"}',
    signed = body,
    secret = SECRET,
    at = NOW(),
    prefix = "svix",
    id = "msg_1",
    headerOf = (right) => right,
  }: Sent,
): Request {
  const headers = {
    [`${prefix}-id`]: id,
    [`${prefix}-timestamp`]: String(at),
    [`${prefix}-signature`]: headerOf(signature(secret, id, at, signed)),
  };
  return new Request("http://127.0.0.1/hook", { method: "POST", body, headers });
}

function rig(secrets: string | undefined = SECRET) {
  const taken: VerifiedMessage[] = [];
  const lines: string[] = [];
  const verifier = () => webhookVerifier(() => secrets, "HOOK_SECRET");
  const serve = serveWebhook({ name: "hook", verifier, log: (line) => void lines.push(line) }, (message) => {
    taken.push(message);
    return Promise.resolve({ outcome: "taken" });
  });
  return { taken, lines, serve };
}

async function refused(response: Response): Promise<unknown[]> {
  const { code } = await response.json();
  return [response.status, code, response.headers.get("content-type")];
}

const BAD = [400, "BAD_REQUEST", "application/problem+json"];

Deno.test("a signed message is handed on with its id, whichever of the two header names the sender uses", async () => {
  for (const prefix of ["svix", "webhook"]) {
    const { serve, taken } = rig();
    assert.equal((await serve(sent({ prefix }))).status, 200);
    assert.deepEqual(taken, [{ id: "msg_1", content: { type: "x" } }]);
  }
});

Deno.test("a message that was changed, signed with another secret, or has no signature is refused and not handed on", async () => {
  const { serve, taken } = rig();
  const unsigned = new Request("http://127.0.0.1/hook", { method: "POST", body: "{}" });
  for (const request of [sent({ signed: '{"type":"y"}' }), sent({ secret: OLD_SECRET }), unsigned]) {
    assert.deepEqual(await refused(await serve(request)), BAD);
  }
  assert.deepEqual(taken, []);
});

Deno.test("a message signed more than 300 seconds ago or ahead is refused, one of 290 seconds is taken", async () => {
  const { serve } = rig();
  for (const seconds of [-301, 302]) assert.deepEqual(await refused(await serve(sent({ at: NOW() + seconds }))), BAD);
  for (const seconds of [-290, 290]) assert.equal((await serve(sent({ at: NOW() + seconds }))).status, 200);
});

Deno.test("while a secret is being replaced, messages signed with the old and with the new one are taken", async () => {
  const { serve } = rig(`${SECRET} ${OLD_SECRET}`);
  for (const secret of [SECRET, OLD_SECRET]) assert.equal((await serve(sent({ secret }))).status, 200);
});

Deno.test("a body over 256 KB is refused with 413, whether its length is declared or found while reading", async () => {
  const { serve, taken } = rig();
  const body = `"${"x".repeat(262_143)}"`;
  const streamed = new Request("http://127.0.0.1/hook", { method: "POST", body: new Blob([body]).stream() });
  assert.equal(streamed.headers.get("content-length"), null);
  const declared = new Request("http://127.0.0.1/hook", {
    method: "POST",
    body: "{}",
    headers: { "content-length": "262145" },
  });
  for (const request of [streamed, declared]) {
    assert.deepEqual(await refused(await serve(request)), [413, "CONTENT_TOO_LARGE", BAD[2]]);
  }
  assert.equal((await serve(sent({ body: `"${"x".repeat(262_142)}"` }))).status, 200);
  assert.equal(taken.length, 1);
});

Deno.test("signed text that is not JSON is a bad request, not a fault", async () => {
  const { serve, lines } = rig();
  assert.deepEqual(await refused(await serve(sent({ body: "not JSON" }))), BAD);
  assert.equal(JSON.parse(lines[0] ?? "").error, "BAD_REQUEST");
});

Deno.test("a webhook is sent with POST", async () => {
  const response = await rig().serve(new Request("http://127.0.0.1/hook"));
  assert.deepEqual([response.status, response.headers.get("allow")], [405, "POST"]);
});

Deno.test("without a usable secret every message is a 500, and the log names the variable but not its value", async () => {
  for (const secrets of ["", " ", "whsec_", "planted", `${SECRET} planted`]) {
    const { serve, lines } = rig(secrets);
    assert.deepEqual(await refused(await serve(sent({}))), [500, "INTERNAL", BAD[2]]);
    assert.match(lines[0] ?? "", /HOOK_SECRET/);
    assert.ok(!lines.join().includes("planted"));
  }
});

Deno.test("while the database is away the sender gets 503 and a time to wait, so it sends the message again", async () => {
  const away = () => Promise.reject(new AppError("SOURCE_UNAVAILABLE", { detail: "away", retry_after_seconds: 5 }));
  const options = { name: "hook", verifier: () => webhookVerifier(() => SECRET, "HOOK_SECRET"), log: () => {} };
  const response = await serveWebhook(options, away)(sent({}));
  assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "5"]);
});

const WRONG = `v1,${btoa("x".repeat(32))}`;

Deno.test("one valid signature among several is enough, and nothing that only resembles it is one", async () => {
  const { serve, taken } = rig();
  const enough = [
    (right: string) => `${WRONG} ${right}`,
    (right: string) => `${right} ${WRONG}`,
    (right: string) => `v1a,x  ${right}`,
  ];
  for (const headerOf of enough) assert.equal((await serve(sent({ headerOf }))).status, 200);
  const wrong: ((right: string) => string)[] = [
    (right) => right.replace("v1,", "v2,"),
    (right) => right.replace("v1,", "V1,"),
    (right) => right.replace("v1,", ""),
    (right) => right.replace("v1,", "v1,,"),
    (right) => right.replace("=", ""),
    (right) => right.toLowerCase(),
    (right) => right.slice(0, -4),
    (right) => `${right}A`,
    () => "v1",
    () => "v1,",
    () => "v1,undefined",
    () => "v1 v1 v1",
    () => `${WRONG} `.repeat(1_000),
  ];
  for (const headerOf of wrong) {
    assert.deepEqual(await refused(await serve(sent({ headerOf }))), BAD, headerOf("v1,RIGHT="));
  }
  assert.equal(taken.length, enough.length);
});

Deno.test("the signature is of the text as it came: the same JSON in another text is refused", async () => {
  const { serve, taken } = rig();
  const signed = '{"type":"x","n":1.0,"a":"\\u00e9"}';
  const others = [
    JSON.stringify(JSON.parse(signed)),
    `${signed} `,
    `${signed}\n`,
    `\ufeff${signed}`,
    signed.replace("1.0", "1"),
    signed.replace("\\u00e9", "é"),
  ];
  for (const body of others) assert.deepEqual(await refused(await serve(sent({ body, signed }))), BAD, body);
  assert.equal((await serve(sent({ body: signed }))).status, 200);
  assert.equal(taken.length, 1);
});

Deno.test("a message id that is no id of a sender is refused before anything is hashed, whatever its signature", async () => {
  const { serve, taken } = rig();
  for (const id of ["x".repeat(201), "msg 1", "msg_é", "msg_1, msg_2", "\u00a0"]) {
    assert.deepEqual(await refused(await serve(sent({ id }))), BAD, id);
  }
  assert.equal((await serve(sent({ id: "x".repeat(200) }))).status, 200);
  assert.equal(taken.length, 1);
});
