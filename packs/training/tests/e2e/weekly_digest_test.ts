// The weekly digest through the whole product: job's call, signed function, mailbox, and the answers that come back.
import { deepEqual, equal } from "node:assert/strict";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import type { MailboxPart } from "../../../../stack/mailbox/mod.ts";
import { pause } from "../../../../stack/pause.ts";
import { plantManagers, states } from "../support/digest_database.ts";

let product: Product;
let mailbox: MailboxPart;

Deno.test.beforeAll(async () => {
  product = await startProduct({ redis: false });
  if (product.stack.mailbox === null) throw new Error("the product has no mailbox");
  mailbox = product.stack.mailbox;
  await plantManagers(product.sql, 3);
});
Deno.test.afterAll(() => product.stop());

async function reply(path: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(`${product.stack.origin}/functions/v1/digest-replies${path}`, init);
  await response.body?.cancel();
  return response.status;
}

e2e("a manager's digest arrives after the job's call, and its figures and text are deleted", async () => {
  const { sql } = product;
  await sql`select analytics.switch_weekly_digest(true)`;
  await sql`select analytics.send_weekly_digest()`;
  for (let second = 0; second < 30 && (await states(sql))["sent"] !== 3; second++) await pause(1_000);
  deepEqual(await states(sql), { sent: 3 });
  deepEqual(mailbox.mails.map(({ to }) => to.join()).sort(), ["m1@example.com", "m2@example.com", "m3@example.com"]);
  const kept = await sql`select from analytics.digest_deliveries where html is not null or figures is not null`;
  equal(kept.length, 0);
});

e2e("a bounce that the mailbox reports ends the mails to its address, and a forged one is refused", async () => {
  const bounced = mailbox.mails.find(({ to }) => to.includes("m1@example.com"));
  equal(await mailbox.report(bounced?.id ?? "", "email.bounced"), 200);
  equal(await reply("/events", { method: "POST", body: "{}" }), 400);
  deepEqual([...await product.sql`select manager_id, reason from analytics.digest_opt_outs`], [
    { manager_id: "m1", reason: "bounced" },
  ]);
});

e2e("the link of a mail unsubscribes by POST and not by GET", async () => {
  const mail = mailbox.mails.find(({ to }) => to.includes("m2@example.com"));
  const link = new URL(mail?.headers["List-Unsubscribe"]?.slice(1, -1) ?? "");
  const path = `/unsubscribe${link.search}`;
  const outs = () => product.sql`select from analytics.digest_opt_outs where manager_id = 'm2'`;
  deepEqual([await reply(path), (await outs()).length], [200, 0]);
  const click = { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) };
  deepEqual([await reply(path, click), (await outs()).length], [200, 1]);
});

e2e("a call that the scheduler did not sign sends nothing", async () => {
  const response = await fetch(`${product.stack.origin}/functions/v1/weekly-digest`, { method: "POST" });
  equal(response.status, 401);
  await response.body?.cancel();
});
