// Scheduled calls lie for a moment in a table that every login role may read. What is read there authenticates nothing.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import postgres from "postgres";
import { e2e } from "../support/rigs/e2e.ts";
import { type Product, startProduct } from "../support/rigs/product.ts";
import { pause } from "../../stack/pause.ts";

interface Queued {
  readonly id: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let product: Product;
let admin: postgres.Sql;

Deno.test.beforeAll(async () => {
  product = await startProduct({ redis: false });
  admin = postgres(product.stack.superuserUrl, { max: 1, onnotice: () => {} });
  await product.sql`select cron.alter_job(jobid, active => false) from cron.job`;
  await product.sql`alter role reporting_user with login password 'a'`;
  await admin`create role any_login login password 'a'`;
});
Deno.test.afterAll(async () => {
  await admin.end({ timeout: 5 });
  await product.stop();
});

/** Calls the audit, and reads the request where it waits, as a role that has no right of its own. */
async function stealCall(role: string): Promise<Queued> {
  const url = new URL(product.stack.databaseUrl);
  url.username = role;
  url.password = "a";
  const thief = postgres(url.href, { max: 1, onnotice: () => {} });
  try {
    let reading: Promise<Queued> | null = null;
    await product.sql.begin(async (caller) => {
      await caller`select analytics.invoke_function('cron-audit', '{"stolen": true}')`;
      // Waits for the caller's commit before the worker does, which then waits for this.
      reading = thief.begin("read write", async (transaction) => {
        await transaction`lock table net.http_request_queue in share mode`;
        const [row] = await transaction<Queued[]>`
          select id::integer, url, headers, convert_from(body, 'UTF8') as body from net.http_request_queue`;
        ok(row !== undefined, "the queue was empty");
        return { ...row };
      });
      await untilWaiting();
    });
    return await (reading ?? Promise.reject(new Error("nothing was read")));
  } finally {
    await thief.end({ timeout: 5 });
  }
}

async function untilWaiting(): Promise<void> {
  for (let patience = 0; patience < 100; patience += 1) {
    const [row] = await admin`
      select exists (
        select from pg_locks where not granted and mode = 'ShareLock' and relation = 'net.http_request_queue'::regclass
      ) as is_waiting`;
    if (row?.["is_waiting"] === true) return;
    await pause(20);
  }
  throw new Error("the reader does not wait for the queue");
}

async function answerTo(id: number): Promise<{ status_code: number; content: string; headers: unknown }> {
  for (let patience = 0; patience < 200; patience += 1) {
    const [row] = await product.sql`select status_code, content, headers from net._http_response where id = ${id}`;
    if (row !== undefined) return { status_code: row["status_code"], content: row["content"], headers: row["headers"] };
    await pause(100);
  }
  throw new Error(`no answer to request ${id} within 20 s`);
}

async function post(path: string, headers: Readonly<Record<string, string>>, body: string): Promise<number> {
  const response = await fetch(`${product.stack.origin}${path}`, { method: "POST", headers: { ...headers }, body });
  await response.body?.cancel();
  return response.status;
}

for (const role of ["reporting_user", "any_login"]) {
  e2e(
    `what ${role} reads of a call, in the queue and among the answers, authenticates nothing afterwards`,
    async () => {
      const stolen = await stealCall(role);
      const answer = await answerTo(stolen.id);
      equal(answer.status_code, 200, "the call itself is taken, by its signature");
      ok(!("apikey" in stolen.headers) && !("authorization" in stolen.headers));

      equal(await post("/functions/v1/cron-audit", stolen.headers, stolen.body), 401, "a replay");
      equal(
        await post("/functions/v1/analytics/health", stolen.headers, stolen.body),
        405,
        "another function has no use for it",
      );
      equal((await product.get("/ops/jobs", { ...stolen.headers })).status, 401);

      const known = JSON.stringify([stolen, answer]).match(/[\w.-]{12,}/g) ?? [];
      ok(known.length > 3, "there is something to try");
      const sent = new Set(Object.values(stolen.headers));
      for (const text of new Set(known)) {
        for (const headers of [{ apikey: text }, { apikey: text, authorization: `Bearer ${text}` }]) {
          const data = await fetch(`${product.stack.origin}/rest/v1/submissions`, { headers });
          await data.body?.cancel();
          ok(data.status === 401 || data.status === 403, `the data API answered ${data.status} to ${text}`);
          if (sent.has(text)) equal((await product.get("/ops/jobs", headers)).status, 401, text);
        }
      }
    },
  );
}

e2e(
  "a call that is taken from the queue is worth nothing for another function, with another body or at another time",
  async () => {
    const { sql } = product;
    const stolen = await stealCall("any_login");
    await answerTo(stolen.id);
    // Not taken yet, as if the thief had deleted the request before the worker took it.
    await admin`update analytics.http_calls set accepted_at = null where request_id = ${stolen.id}`;
    const time = Number(stolen.headers["Freshet-Call-Time"]);
    const attempts: readonly [Record<string, string>, string][] = [
      [{}, '{"stolen": false}'],
      [{ "Freshet-Call-Time": String(time + 60) }, stolen.body],
      [{ "Freshet-Call-Id": String(Number(stolen.headers["Freshet-Call-Id"]) + 1) }, stolen.body],
    ];
    for (const [change, body] of attempts) {
      equal(await post("/functions/v1/cron-audit", { ...stolen.headers, ...change }, body), 401);
    }
    const [other] = await sql`
    select analytics.verify_call('nightly-export', ${stolen.headers["Freshet-Call-Id"] ?? ""}::bigint, ${time}::bigint,
      ${createHash("sha256").update(stolen.body).digest("hex")}, ${
      stolen.headers["Freshet-Signature"] ?? ""
    }) as verdict`;
    equal(other?.["verdict"], "wrong");
  },
);

e2e(
  "the signature is HMAC-SHA256 over function, row, second and body, as every holder of the secret can compute it",
  async () => {
    const [row] = await admin`select decrypted_secret from vault.decrypted_secrets where name = 'freshet_call_secret'`;
    const secret = String(row?.["decrypted_secret"]);
    match(secret, /^[0-9a-f]{64}$/);
    const { headers, body } = await stealCall("any_login");
    const text = ["freshet-call-1", "cron-audit", headers["Freshet-Call-Id"], headers["Freshet-Call-Time"]].join("\n") +
      `\n${createHash("sha256").update(body).digest("hex")}`;
    equal(
      createHmac("sha256", new Uint8Array(secret.match(/../g)?.map((pair) => parseInt(pair, 16)) ?? [])).update(text)
        .digest("hex"),
      headers["Freshet-Signature"],
    );
  },
);

e2e("the secret before a rotation holds for five minutes and no longer", async () => {
  const { sql } = product;
  const verdict = (call: Queued) =>
    sql`
    select analytics.verify_call('cron-audit', ${call.headers["Freshet-Call-Id"] ?? ""}::bigint, ${
      call.headers["Freshet-Call-Time"] ?? ""
    }::bigint,
      ${createHash("sha256").update(call.body).digest("hex")}, ${call.headers["Freshet-Signature"] ?? ""}) as verdict`;
  const call = await stealCall("any_login");
  await answerTo(call.id);
  await admin`select analytics.rotate_call_secret()`;
  equal((await verdict(call))[0]?.["verdict"], "used");
  await admin`update vault.secrets set updated_at = now() - interval '5 minutes 1 second' where name = 'freshet_call_secret_before'`;
  equal((await verdict(call))[0]?.["verdict"], "wrong");
});

e2e("two that present the same call at once: one is let in", async () => {
  await product.sql`select analytics.invoke_function('absent')`;
  const [{ call_id } = { call_id: 0 }] = await admin`select max(call_id)::integer as call_id from analytics.http_calls`;
  const at = Math.floor(Date.now() / 1000);
  const verdicts = await Promise.all(Array.from({ length: 2 }, async () => {
    const session = postgres(product.stack.databaseUrl, { max: 1, onnotice: () => {} });
    const [row] = await session`
      select analytics.verify_call('absent', ${call_id}, ${at}, 'ab',
        freshet.call_signature(freshet.vault_secret('freshet_call_secret'), 'absent', ${call_id}, ${at}, 'ab')) as verdict, pg_sleep(0.2)`;
    await session.end({ timeout: 5 });
    return String(row?.["verdict"]);
  }));
  deepEqual(verdicts.sort(), ["accepted", "used"]);
});

e2e("wrong signatures are answered 401, and 429 when a minute has had sixty", async () => {
  const wrong = {
    "freshet-call-id": "1",
    "freshet-call-time": String(Math.floor(Date.now() / 1000)),
    "freshet-signature": "0".repeat(64),
  };
  const statuses: number[] = [];
  // Sixty of one minute; a minute may end meanwhile.
  while (statuses.at(-1) !== 429 && statuses.length < 125) {
    statuses.push(await post("/functions/v1/cron-audit", wrong, "{}"));
  }
  deepEqual([...new Set(statuses)], [401, 429]);
  ok(statuses.indexOf(429) >= 50, "refusals of the tests above count too");
});
