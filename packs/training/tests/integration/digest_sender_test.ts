// The sender of digests against the real database and the local mailbox: each mail once, whatever dies and whenever.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type postgres from "postgres";
import type { PackRpc } from "../../../../shared/adapters/supabase/pack_rpc.ts";
import { type MailboxPart, startMailbox } from "../../../../stack/mailbox/mod.ts";
import { withConnections } from "../../../../tests/support/rigs/test_database.ts";
import { digestsOf } from "../../functions/weekly-digest/digests.ts";
import { resend, type SendBatch } from "../../functions/weekly-digest/provider.ts";
import { sendDigests, type Sent } from "../../functions/weekly-digest/send_digests.ts";
import { digestWork } from "../../functions/weekly-digest/serve_digest.ts";
import { type DigestSettings, digestSettings } from "../../functions/weekly-digest/settings.ts";
import { endLeases, plantManagers, removeManagers, rpcOver, states } from "../support/digest_database.ts";

interface Rig {
  readonly sql: postgres.Sql;
  readonly rpc: PackRpc;
  readonly mailbox: MailboxPart;
  readonly settings: DigestSettings;
  readonly get: (name: string) => string | undefined;
  /** One call of the function's work. */
  readonly run: (rpc?: PackRpc, send?: SendBatch) => Promise<Sent>;
}

function digestTest(name: string, managers: number, body: (rig: Rig) => Promise<void>): void {
  Deno.test(`digests: ${name}`, () =>
    withConnections(1, async ([sql]) => {
      if (sql === undefined) return;
      const mailbox = startMailbox({ rate: 1_000 });
      const variables: Record<string, string> = { ...mailbox.variables, SUPABASE_URL: "https://project.example.com" };
      const get = (variable: string) => variables[variable];
      const settings = digestSettings(get);
      if ("missing" in settings) throw new Error(settings.missing.join());
      const rpc = rpcOver(sql);
      const run: Rig["run"] = (over = rpc, send = resend(settings)) =>
        sendDigests(digestsOf(over), send, settings, Date.now() + 10_000);
      try {
        await plantManagers(sql, managers);
        await body({ sql, rpc, mailbox, settings, get, run });
      } finally {
        await removeManagers(sql);
        await mailbox.stop();
      }
    }));
}

/** The receivers of the mails that the mailbox took, each as often as it took one. */
function receivers({ mails }: MailboxPart): string[] {
  return mails.map(({ to }) => to.join()).sort();
}

const ALL_OF_THREE = ["m1@example.com", "m2@example.com", "m3@example.com"];

digestTest(
  "two hundred and three mails leave in batches of at most a hundred, each to its manager",
  203,
  async (rig) => {
    const batches: number[] = [];
    const send = resend(rig.settings);
    const { sent_count, failed_count, waits_for } = await rig.run(rig.rpc, (key, letters) => {
      batches.push(letters.length);
      return send(key, letters);
    });
    deepEqual({ sent_count, failed_count, waits_for }, { sent_count: 203, failed_count: 0, waits_for: null });
    deepEqual(batches, [100, 100, 3]);
    equal(new Set(receivers(rig.mailbox)).size, 203);
    deepEqual(await states(rig.sql), { sent: 203 });
  },
);

digestTest(
  "a mail has one-click unsubscription by its own token, and a tag by which a bounce is known",
  1,
  async (rig) => {
    await rig.run();
    const [planned] = await rig
      .sql`select delivery_id, unsubscribe_token from analytics.digest_deliveries where manager_id = 'm1'`;
    const [mail] = rig.mailbox.mails;
    const url =
      `https://project.example.com/functions/v1/digest-replies/unsubscribe?token=${planned?.unsubscribe_token}`;
    deepEqual(mail?.headers, {
      "List-Unsubscribe": `<${url}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    });
    deepEqual(mail?.tags, [{ name: "freshet_delivery", value: String(planned?.delivery_id) }]);
    ok(mail?.html?.includes(url) && mail.text?.includes(url));
    // 61, 62, 63, 64, 65
    match(mail?.text ?? "", /Average score +63\.0\n/);
  },
);

// Every call of the database and of the provider, before it and after it.
for (const step of ["claim_digests", "freeze_digests", "send", "settle_digests"]) {
  for (const moment of ["before", "after"] as const) {
    digestTest(`a sender that is killed ${moment} ${step} leaves each mail to be sent once`, 3, async (rig) => {
      const killed = new Error("killed");
      const rpc: PackRpc = async (call) => {
        if (call.name === step && moment === "before") throw killed;
        const answer = await rig.rpc(call);
        if (call.name === step) throw killed;
        return answer;
      };
      const send: SendBatch = async (key, letters) => {
        if (step === "send" && moment === "before") throw killed;
        const outcome = await resend(rig.settings)(key, letters);
        if (step === "send") throw killed;
        return outcome;
      };
      equal(await rig.run(rpc, send).catch((error) => error), killed);
      // Nothing while the lease of the killed sender holds.
      await rig.run();
      await endLeases(rig.sql);
      await rig.run();
      deepEqual(receivers(rig.mailbox), ALL_OF_THREE);
      deepEqual(await states(rig.sql), { sent: 3 });
    });
  }
}

digestTest("two senders at once send each mail once", 3, async (rig) => {
  await withConnections(2, async (connections) => {
    const results = await Promise.all(connections.map((sql) => rig.run(rpcOver(sql))));
    equal(results.reduce((sum, { sent_count }) => sum + sent_count, 0), 3);
  });
  deepEqual(receivers(rig.mailbox), ALL_OF_THREE);
});

for (
  const [fault, code] of [
    ["rate_limit", "rate_limit_exceeded"],
    ["daily_quota", "daily_quota_exceeded"],
    ["monthly_quota", "monthly_quota_exceeded"],
    ["server_error", "application_error"],
    ["wrong_key", "api_key_or_domain_refused"],
    ["lost_answer", "no_answer"],
  ] as const
) {
  digestTest(`${fault} makes all wait under the name ${code}, and each mail is sent once after it`, 3, async (rig) => {
    rig.mailbox.fail(fault);
    deepEqual(await rig.run(), { sent_count: 0, failed_count: 0, waits_for: code });
    deepEqual(await states(rig.sql), { [`claimed ${code}`]: 3 });
    equal((await rig.run()).sent_count, 0);
    await endLeases(rig.sql);
    equal((await rig.run()).sent_count, 3);
    deepEqual(receivers(rig.mailbox), ALL_OF_THREE);
  });
}

digestTest("a quota waits an hour, a rate limit as long as the provider says", 1, async (rig) => {
  const waits = async () => {
    await rig.run();
    const [row] = await rig
      .sql`select extract(epoch from claimed_until - clock_timestamp())::float as s from analytics.digest_deliveries`;
    await endLeases(rig.sql);
    return row?.s;
  };
  rig.mailbox.fail("daily_quota");
  ok(Math.abs(await waits() - 3_600) < 60);
  rig.mailbox.fail("rate_limit");
  ok(await waits() <= 1);
});

digestTest("an address that the provider refuses fails alone", 3, async (rig) => {
  await rig.sql`update analytics.digest_deliveries set email = 'no address' where manager_id = 'm2'`;
  deepEqual(await rig.run(), { sent_count: 2, failed_count: 1, waits_for: null });
  deepEqual(receivers(rig.mailbox), ["m1@example.com", "m3@example.com"]);
  deepEqual(await states(rig.sql), { "failed validation_error": 1, sent: 2 });
});

digestTest("figures that make no mail fail alone", 3, async (rig) => {
  await rig.sql`update analytics.digest_deliveries set figures = '{"org_name": 1}' where manager_id = 'm2'`;
  deepEqual(await rig.run(), { sent_count: 2, failed_count: 1, waits_for: null });
  deepEqual(await states(rig.sql), { "failed not_rendered": 1, sent: 2 });
});

digestTest(
  "mails whose key was used with other mails are in doubt: they fail and are not sent again",
  1,
  async (rig) => {
    rig.mailbox.fail("lost_answer");
    await rig.run();
    await endLeases(rig.sql);
    const changed = { ...rig.settings, from: "Other <other@example.com>" };
    await sendDigests(digestsOf(rig.rpc), resend(changed), changed, Date.now() + 10_000);
    deepEqual(await states(rig.sql), { "failed invalid_idempotent_request": 1 });
    equal(rig.mailbox.mails.length, 1);
  },
);

digestTest("without settings all wait as not configured, and the answer names what is missing", 3, async (rig) => {
  const answer = await digestWork(rig.rpc, (name) => name === "RESEND_API_KEY" ? " " : rig.get(name))();
  equal(answer.waits_for, "not_configured");
  match(String(answer.remedy), /^set RESEND_API_KEY as/);
  deepEqual(await states(rig.sql), { "claimed not_configured": 3 });
  await endLeases(rig.sql);
  deepEqual(await digestWork(rig.rpc, rig.get)(), { sent_count: 3, failed_count: 0, waits_for: null });
});

digestTest("who unsubscribed or bounced after the week was planned gets no mail", 3, async (rig) => {
  const rows = await rig.sql<{ delivery_id: string; unsubscribe_token: string }[]>`
    select delivery_id, unsubscribe_token from analytics.digest_deliveries order by delivery_id`;
  await rig.sql`select analytics.unsubscribe_from_digests(${rows[0]?.unsubscribe_token ?? ""}::uuid)`;
  await rig.sql`select analytics.take_digest_event('msg', 'bounced', ${
    rows[1]?.delivery_id ?? ""
  }::bigint, 'm2@example.com')`;
  await rig.run();
  deepEqual(receivers(rig.mailbox), ["m3@example.com"]);
});

digestTest(
  "a batch that may have been sent is repeated as it was, whatever a new version would write",
  3,
  async (rig) => {
    rig.mailbox.fail("lost_answer");
    await rig.run();
    await endLeases(rig.sql);
    const changed = { ...rig.settings, pages_url: "https://app.example.com/people" };
    equal((await sendDigests(digestsOf(rig.rpc), resend(changed), changed, Date.now() + 10_000)).sent_count, 3);
    deepEqual(receivers(rig.mailbox), ALL_OF_THREE);
  },
);

digestTest(
  "who unsubscribes while a quota makes all wait gets no mail, and the others get one each",
  3,
  async (rig) => {
    rig.mailbox.fail("daily_quota");
    await rig.run();
    await rig.sql`select analytics.unsubscribe_from_digests(d.unsubscribe_token)
      from analytics.digest_deliveries as d where d.manager_id = 'm2'`;
    await endLeases(rig.sql);
    equal((await rig.run()).sent_count, 2);
    deepEqual(receivers(rig.mailbox), ["m1@example.com", "m3@example.com"]);
  },
);

digestTest(
  "a quota after a lost answer leaves the batch in doubt: it is repeated as it was, and each mail is there once",
  3,
  async (rig) => {
    for (const fault of ["lost_answer", "daily_quota"] as const) {
      rig.mailbox.fail(fault);
      await rig.run();
      await endLeases(rig.sql);
    }
    await rig.sql`select analytics.unsubscribe_from_digests(d.unsubscribe_token)
      from analytics.digest_deliveries as d where d.manager_id = 'm2'`;
    equal((await rig.run()).sent_count, 3);
    deepEqual(receivers(rig.mailbox), ALL_OF_THREE);
  },
);

for (
  const [what, change] of [
    ["removed", "delete from public.org_members where user_id = 'm2'"],
    ["who has left", "update public.org_members set left_at = now() where user_id = 'm2'"],
  ] as const
) {
  digestTest(`a manager ${what} between the claim and the sending gets no mail, and the others do`, 3, async (rig) => {
    let changes = 0;
    const rpc: PackRpc = async (call) => {
      if (call.name === "freeze_digests" && changes++ === 0) await rig.sql.unsafe(change);
      return await rig.rpc(call);
    };
    equal((await rig.run(rpc)).sent_count, 2);
    deepEqual(receivers(rig.mailbox), ["m1@example.com", "m3@example.com"]);
  });
}

digestTest("a manager who is removed while the batch is in doubt makes no other mail a second one", 3, async (rig) => {
  rig.mailbox.fail("lost_answer");
  await rig.run();
  await rig.sql`delete from public.org_members where user_id = 'm2'`;
  await endLeases(rig.sql);
  await rig.run();
  deepEqual(receivers(rig.mailbox), ALL_OF_THREE);
  // Resend knows the key with other mails, and the database cannot know whether these were among them.
  deepEqual(await states(rig.sql), { "failed invalid_idempotent_request": 2 });
});

digestTest(
  "a failed mail that is planned again is sent under a new key, and its first link still works",
  1,
  async (rig) => {
    await rig.run();
    const [sent] = rig.mailbox.mails;
    const tag = Number(sent?.tags[0]?.value);
    const reported = (message: string, reason: string) =>
      rig.sql`select analytics.take_digest_event(${message}, ${reason}, ${tag}, 'm1@example.com') as outcome`;
    await reported("msg_1", "failed");
    deepEqual(await states(rig.sql), { "failed failed_at_provider": 1 });
    await rig.sql`select analytics.retry_digests(d.week_on) from analytics.digest_deliveries as d`;
    equal((await rig.run()).sent_count, 1);
    deepEqual(receivers(rig.mailbox), ["m1@example.com", "m1@example.com"]);
    equal(rig.mailbox.mails[1]?.headers["List-Unsubscribe"], sent?.headers["List-Unsubscribe"]);
    deepEqual([...await reported("msg_2", "complained")], [{ outcome: "taken" }]);
  },
);
