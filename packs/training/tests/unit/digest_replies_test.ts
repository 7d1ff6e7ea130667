import assert from "node:assert/strict";
import { webhookVerifier } from "../../../../shared/adapters/webhook/verifier.ts";
import { serveWebhook } from "../../../../shared/http/webhook/serve_webhook.ts";
import type { PackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import { sendEvent } from "../../../../stack/mailbox/webhook.ts";
import { serveReplies } from "../../functions/digest-replies/serve_replies.ts";
import { takeMailEvent } from "../../functions/digest-replies/take_mail_event.ts";
import { unsubscribing } from "../../functions/digest-replies/unsubscribe.ts";

const TOKEN = "7f1c9bd0-2d1e-4d3a-9b1e-0a6f0c6d2a11";
const SECRET = `whsec_${btoa("a secret of exactly thirty-two b")}`;

/** Answers as the database does and keeps what it was asked. */
function rig({ answer = true as unknown, variables = {} as Record<string, string> } = {}) {
  const asked: unknown[] = [];
  const lines: string[] = [];
  const rpc: PackRpc = ({ name, input, output }) => {
    asked.push({ name, ...input });
    return Promise.resolve(output.parse(answer));
  };
  const log = (line: string) => void lines.push(line);
  const verifier = () => webhookVerifier(() => SECRET, "RESEND_WEBHOOK_SECRET");
  const serve = serveReplies({
    events: serveWebhook({ name: "digest-replies", verifier, log }, takeMailEvent(rpc)),
    unsubscribe: unsubscribing(rpc, (name) => variables[name]),
    log,
  });
  const ask = (path: string, init: RequestInit = {}) =>
    serve(new Request(`http://127.0.0.1/digest-replies${path}`, init));
  return { asked, lines, serve, ask };
}

const CLICK = { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) };

Deno.test("a mail program's POST unsubscribes without cookie or login", async () => {
  const { ask, asked, lines } = rig();
  const response = await ask(`/unsubscribe?token=${TOKEN}`, CLICK);
  assert.deepEqual([response.status, response.headers.get("content-type")], [200, "text/plain; charset=utf-8"]);
  assert.deepEqual(asked, [{ name: "unsubscribe_from_digests", token: TOKEN }]);
  assert.ok(!lines.join().includes(TOKEN), "the log has the token");
});

Deno.test("a GET changes nothing: it shows a button, or leads to the project's page with one", async () => {
  const { ask, asked } = rig();
  const page = await ask(`/unsubscribe?token=${TOKEN}`);
  assert.equal(page.status, 200);
  assert.match(await page.text(), new RegExp(`<form method="post" action="\\?token=${TOKEN}">`));
  const other = rig({ variables: { DIGEST_UNSUBSCRIBE_URL: "https://app.example.com/mails?x=1" } });
  const redirected = await other.ask(`/unsubscribe?token=${TOKEN}`);
  const location = redirected.headers.get("location");
  assert.deepEqual([redirected.status, location], [303, `https://app.example.com/mails?x=1&token=${TOKEN}`]);
  assert.deepEqual([...asked, ...other.asked], []);
});

Deno.test("a link without a whole token, with an unknown one, another method or another path is a problem", async () => {
  const refused = async (response: Response) => {
    const { code } = await response.json();
    return [response.status, code, response.headers.get("content-type")];
  };
  const { ask, asked } = rig({ answer: false });
  const kind = "application/problem+json";
  assert.deepEqual(await refused(await ask("/unsubscribe", CLICK)), [400, "BAD_REQUEST", kind]);
  assert.deepEqual(await refused(await ask("/unsubscribe?token=%22%3E%3Cscript%3E")), [400, "BAD_REQUEST", kind]);
  assert.deepEqual(await refused(await ask(`/unsubscribe?token=${TOKEN}`, { method: "DELETE" })), [
    405,
    "METHOD_NOT_ALLOWED",
    kind,
  ]);
  assert.deepEqual(await refused(await ask("/other")), [404, "NOT_FOUND", kind]);
  assert.deepEqual(asked, []);
  assert.deepEqual(await refused(await ask(`/unsubscribe?token=${TOKEN}`, CLICK)), [404, "NOT_FOUND", kind]);
});

const MAIL = {
  id: "re_1",
  from: "a@example.com",
  to: ["Boss@example.com"],
  subject: "s",
  text: "t",
  headers: {},
  tags: [{ name: "freshet_delivery", value: "17" }],
  sent_at: "2026-03-09T08:00:00Z",
};

/** Sends a message as the mailbox signs it, by a server that only hands on. */
async function event(serve: (request: Request) => Promise<Response>, type: string, secret = SECRET, mail = MAIL) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, serve);
  try {
    return await sendEvent({ url: `http://127.0.0.1:${server.addr.port}/digest-replies/events`, secret }, type, mail);
  } finally {
    await server.shutdown();
  }
}

Deno.test("a bounce, a complaint and a failure go to the database with the delivery's tag and the address", async () => {
  for (
    const [type, reason] of [["email.bounced", "bounced"], ["email.complained", "complained"], [
      "email.failed",
      "failed",
    ]] as const
  ) {
    const { serve, asked } = rig({ answer: "taken" });
    assert.equal(await event(serve, type), 200);
    const [{ message_id, ...call }] = asked as [Record<string, unknown>];
    assert.match(String(message_id), /^msg_/);
    assert.deepEqual(call, { name: "take_digest_event", reason, delivery_id: 17, email: "Boss@example.com" });
  }
});

Deno.test("other types, and mails of other programs, are acknowledged and change nothing", async () => {
  const { serve, asked } = rig({ answer: "taken" });
  assert.equal(await event(serve, "email.delivered"), 200);
  assert.equal(await event(serve, "email.bounced", SECRET, { ...MAIL, tags: [] }), 200);
  assert.deepEqual(asked, []);
});

Deno.test("a message signed with another secret is refused before the database is asked", async () => {
  const { serve, asked } = rig({ answer: "taken" });
  assert.equal(await event(serve, "email.bounced", `whsec_${btoa("the secret of another account, 32")}`), 400);
  assert.deepEqual(asked, []);
});

Deno.test("a bounce that the receiver's server may take back later stops nothing; one with tags as a list does", async () => {
  const { asked } = rig();
  const take = takeMailEvent(({ name, output }) => {
    asked.push(name);
    return Promise.resolve(output.parse("taken"));
  });
  const data = { to: MAIL.to, tags: MAIL.tags };
  const transient = { type: "email.bounced", data: { ...data, bounce: { type: "Transient" } } };
  assert.deepEqual(await take({ id: "msg", content: transient }), { outcome: "ignored", type: "email.bounced" });
  await take({ id: "msg", content: { type: "email.bounced", data } });
  assert.deepEqual(asked, ["take_digest_event"]);
});

Deno.test("an address that no database holds, and a delivery that no number holds exactly, reach no database", async () => {
  const { asked } = rig();
  const take = takeMailEvent(({ name, output }) => {
    asked.push(name);
    return Promise.resolve(output.parse("taken"));
  });
  for (const to of [["a\0@example.com"], ["\ud800@example.com"], ["x".repeat(1_001)], [], "a@example.com"]) {
    const content = { type: "email.bounced", data: { to, tags: MAIL.tags } };
    await assert.rejects(take({ id: "msg", content }), { code: "BAD_REQUEST" }, String(to));
  }
  for (const value of ["9007199254740993", "9999999999999999", "0", "-1", "1e3", "17 ", "0x11"]) {
    const content = { type: "email.bounced", data: { to: MAIL.to, tags: { freshet_delivery: value } } };
    assert.deepEqual(await take({ id: "msg", content }), { outcome: "ignored", type: "email.bounced" }, value);
  }
  assert.deepEqual(asked, []);
});

Deno.test("only a POST to the one path with the whole token asks the database, whatever else follows links or tampers with them", async () => {
  const [head, ...rest] = TOKEN.split("-");
  const tampered = [
    `/unsubscribe?token={${TOKEN}}`,
    `/unsubscribe?token=${TOKEN.replaceAll("-", "")}`,
    `/unsubscribe?token=urn:uuid:${TOKEN}`,
    `/unsubscribe?token=${TOKEN}%00`,
    `/unsubscribe?token=%20${TOKEN}`,
    `/unsubscribe?token=${TOKEN}%0d%0aSet-Cookie:x`,
    `/unsubscribe?token=x&token=${TOKEN}`,
    `/unsubscribe?token[]=${TOKEN}`,
    `/unsubscribe?Token=${TOKEN}`,
    `/unsubscribe?token=${[head, ...rest].slice(0, 4).join("-")}`,
    `/unsubscribe#token=${TOKEN}`,
    `/unsubscribe/?token=${TOKEN}`,
    `//unsubscribe?token=${TOKEN}`,
    `/digest-replies/unsubscribe?token=${TOKEN}`,
  ];
  const { ask, asked } = rig();
  for (const path of tampered) assert.ok([400, 404].includes((await ask(path, CLICK)).status), path);
  for (const method of ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"]) {
    await ask(`/unsubscribe?token=${TOKEN}`, { method });
  }
  assert.deepEqual(asked, []);
  const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
  assert.equal((await ask(`/unsubscribe?token=${TOKEN}`, { method: "POST", body: endless })).status, 200);
  assert.equal(asked.length, 1);
});
