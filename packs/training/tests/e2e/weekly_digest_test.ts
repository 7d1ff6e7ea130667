// The weekly digest through the whole product: job's call, signed function, mailbox, and the answers that come back.
import { deepEqual, equal, ok } from "node:assert/strict";
import { e2e } from "../../../../tests/support/rigs/e2e.ts";
import { type KillPoint, startKillPoints } from "../../../../tests/support/rigs/kill_point.ts";
import { startLoneIsolate } from "../../../../tests/support/rigs/lone_isolate.ts";
import { type Product, startProduct } from "../../../../tests/support/rigs/product.ts";
import { functionEnvironment } from "../../../../stack/function_environment.ts";
import type { MailboxPart } from "../../../../stack/mailbox/mod.ts";
import { pause } from "../../../../stack/pause.ts";
import { endLeases, plantManagers, states } from "../support/digest_database.ts";

let product: Product;
let mailbox: MailboxPart;

Deno.test.beforeAll(async () => {
  product = await startProduct({ uses: ["weekly-digest", "digest-replies"], redis: false });
  if (product.stack.mailbox === null) throw new Error("the product has no mailbox");
  mailbox = product.stack.mailbox;
  await plantManagers(product.sql, 6);
});
Deno.test.afterAll(() => product.stop());

async function reply(path: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(`${product.stack.origin}/functions/v1/digest-replies${path}`, init);
  await response.body?.cancel();
  return response.status;
}

/** "m1 bounced" for each row, in order. */
async function optOuts(): Promise<string[]> {
  const rows = await product.sql`
    select manager_id || ' ' || reason as one from analytics.digest_opt_outs order by opted_out_at, manager_id`;
  return rows.map(({ one }) => String(one));
}

/** The managers whose mails the mailbox took, each as often as it took one. */
function receivers(after = 0): string[] {
  return mailbox.mails.slice(after).map(({ to }) => to.join().replace("@example.com", "")).sort();
}

function mailTo(manager: string) {
  const mail = mailbox.mails.find(({ to }) => to.includes(`${manager}@example.com`));
  if (mail === undefined) throw new Error(`no mail to ${manager}`);
  return mail;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let patience = 300; patience > 0; patience--) {
    if (await holds()) return;
    await pause(100);
  }
  throw new Error(`within 30 s there was not: ${what}; there are ${JSON.stringify(await states(product.sql))}`);
}

const isState = async (state: string, count: number) => (await states(product.sql))[state] === count;

/** One call of the function at an address, with the key of the scheduler; null where it died. */
async function call(url = `${product.stack.origin}/functions/v1/weekly-digest`): Promise<unknown> {
  const headers = { apikey: product.stack.keys.cronKey };
  const response = await fetch(url, { method: "POST", headers, body: "{}" }).catch(() => null);
  return await response?.json() ?? null;
}

e2e("a manager's digest arrives after the job's call, and its figures and text are deleted", async () => {
  const { sql } = product;
  await sql`select analytics.switch_weekly_digest(true)`;
  await sql`select analytics.send_weekly_digest()`;
  await until("six sent", () => isState("sent", 6));
  deepEqual(receivers(), ["m1", "m2", "m3", "m4", "m5", "m6"]);
  const kept = await sql`select from analytics.digest_deliveries where html is not null or figures is not null`;
  equal(kept.length, 0);
});

e2e(
  "a hard bounce, a complaint and a suppression end the mails to their addresses, and a soft bounce does not",
  async () => {
    equal(await mailbox.report(mailTo("m1").id, "email.bounced"), 200);
    equal(await mailbox.report(mailTo("m2").id, "email.complained"), 200);
    equal(await mailbox.report(mailTo("m3").id, "email.suppressed"), 200);
    equal(await mailbox.report(mailTo("m5").id, "email.bounced", { bounce_type: "Transient" }), 200);
    equal(await mailbox.report(mailTo("m5").id, "email.delivered"), 200);
    deepEqual(await optOuts(), ["m1 bounced", "m2 complained", "m3 suppressed"]);
  },
);

e2e("a message that is forged, five minutes old or from the future is refused and stops nothing", async () => {
  const before = await optOuts();
  const { id } = mailTo("m6");
  const now = Math.floor(Date.now() / 1_000);
  const another = `whsec_${btoa("the secret of another account, 32")}`;
  equal(await mailbox.report(id, "email.complained", { secret: another }), 400);
  equal(await mailbox.report(id, "email.complained", { timestamp: now - 330 }), 400);
  equal(await mailbox.report(id, "email.complained", { timestamp: now + 330 }), 400);
  equal(await reply("/events", { method: "POST", body: "{}" }), 400);
  equal(await reply("/events"), 405);
  deepEqual(await optOuts(), before);
});

e2e("a message that is replayed changes nothing: a manager whom an operator has resumed stays resumed", async () => {
  const message = { id: "msg_replayed" };
  const { id } = mailTo("m6");
  equal(await mailbox.report(id, "email.complained", message), 200);
  ok((await optOuts()).includes("m6 complained"));
  await product.sql`delete from analytics.digest_opt_outs where manager_id = 'm6'`;
  // As sent again: with a signature of now.
  equal(await mailbox.report(id, "email.complained", message), 200);
  ok(!(await optOuts()).includes("m6 complained"));
});

e2e("the link of a mail unsubscribes by POST and not by GET or HEAD", async () => {
  const { headers } = mailTo("m4");
  equal(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
  const link = new URL(headers["List-Unsubscribe"]?.slice(1, -1) ?? "");
  equal(link.origin, product.stack.origin);
  const path = `/unsubscribe${link.search}`;
  const isOut = async () => (await optOuts()).includes("m4 unsubscribed");
  deepEqual([await reply(path), await isOut()], [200, false]);
  deepEqual([await reply(path, { method: "HEAD" }), await isOut()], [200, false]);
  const click = { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) };
  deepEqual([await reply(path, click), await isOut()], [200, true]);
  // Mail programs repeat it.
  deepEqual([await reply(path, click), await isOut()], [200, true]);
});

e2e(
  "the next week's mails wait an hour for a quota and a second for the rate, and go to no one who may get none",
  async () => {
    const { sql } = product;
    const before = mailbox.mails.length;
    const waits = async () => {
      const [row] = await sql`
      select extract(epoch from max(d.claimed_until) - clock_timestamp())::float as seconds
      from analytics.digest_deliveries as d where d.status = 'claimed'`;
      return Number(row?.seconds);
    };
    mailbox.fail("daily_quota");
    const [last] = await sql`select max(week_on)::text as week_on from analytics.digest_deliveries`;
    await sql`select analytics.send_weekly_digest(${last?.week_on}::date - 7)`;
    await until("a quota", () => isState("claimed daily_quota_exceeded", 2));
    ok(Math.abs(await waits() - 3_600) < 60);
    equal((await sql`select analytics.resume_weekly_digest() as call`)[0]?.call, null);
    await endLeases(sql);
    mailbox.fail("rate_limit");
    await call();
    ok(await waits() <= 1);
    await until("two more sent", async () => {
      await call();
      return await isState("sent", 8);
    });
    deepEqual(receivers(before), ["m5", "m6"]);
    deepEqual(await states(sql), { sent: 8, "suppressed opted_out": 4 });
  },
);

const deaths: readonly (KillPoint & { readonly what: string })[] = [
  { call: "freeze_digests", when: "after", what: "before it sent" },
  { call: "settle_digests", when: "before", what: "after it had sent" },
];

for (const [number, { what, ...point }] of deaths.entries()) {
  e2e(`an isolate that is killed ${what} leaves each mail to be sent once`, async () => {
    const { sql, stack } = product;
    const before = mailbox.mails.length;
    const points = await startKillPoints(stack.origin);
    const environment = {
      ...functionEnvironment({ origin: points.origin, keys: stack.keys, redis: null, sentryDsn: null }),
      ...mailbox.variables,
      DIGEST_PAGES_URL: "",
    };
    const victim = await startLoneIsolate({ name: "weekly-digest", environment });
    try {
      // The job's call of the stack's own isolate would take the batch first.
      await sql`select cron.alter_job(jobid, active => false) from cron.job where jobname = 'resume-weekly-digest'`;
      await sql`select analytics.plan_digests(max(d.week_on) - ${
        14 + 7 * number
      }::integer) from analytics.digest_deliveries as d`;
      const reached = points.next(point);
      const answer = call(victim.url);
      await Promise.race([
        reached,
        answer.then((said) => {
          throw new Error(`it answered without coming to the point: ${JSON.stringify(said)}`);
        }),
      ]);
      await victim.kill();
      equal(await answer, null);
    } finally {
      await points.stop();
      await Deno.remove(victim.logFile);
    }
    // Its lease still holds.
    await call();
    await endLeases(sql);
    await call();
    deepEqual(receivers(before), ["m5", "m6"]);
    const left = await sql`select from analytics.digest_deliveries where settled_at is null`;
    equal(left.length, 0);
  });
}

e2e("a call that the scheduler did not sign sends nothing", async () => {
  const response = await fetch(`${product.stack.origin}/functions/v1/weekly-digest`, { method: "POST" });
  equal(response.status, 401);
  await response.body?.cancel();
});
