// What is tried on this pack's functions as they are deployed: tests/hosted/served_test.ts.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createFreshet } from "../../../../shared/client/mod.ts";
import { pause } from "../../../../stack/pause.ts";
import type { HostedSteps } from "../../../../tests/support/hosted/hosted_steps.ts";
import { userCreated } from "../../demo/send_clerk_event.ts";
import { plantManagers } from "./digest_database.ts";

export const hostedSteps: HostedSteps["hostedSteps"] = {
  async "the client's export() is served, and its link gives the rows"(product) {
    const { origin, keys } = product.stack;
    const freshet = createFreshet({ url: origin, key: keys.secretKey });
    const file = await freshet.export("training/attempts", {}, { format: "ndjson", compression: "gzip" });
    const unzipped = (await fetch(file.url)).body?.pipeThrough(new DecompressionStream("gzip"));
    const lines = (await new Response(unzipped ?? null).text()).trimEnd().split("\n");
    const [{ count }] = await product.sql<[{ count: number }]>`
    select count(*)::integer as count from analytics.fact_scenario_attempts`;
    deepEqual([lines.length, file.row_count], [count, count]);
    ok(count > 0);
  },

  async "a signed message of Clerk is taken, its lists are read, and a weekly digest is written and sent"(product) {
    const { sql, stack } = product;
    const body = JSON.stringify(userCreated("user_hosted", Date.now()));
    const answer = await fetch(`${stack.clerk?.url}/events`, { method: "POST", body });
    deepEqual([answer.status, (await answer.json()).outcome], [200, "taken"]);
    await sql`select freshet.drive_clerk_walk()`;
    const isRead = () => sql`select from freshet.clerk_walks where phase <> 'user' and refused_count = 0`;
    for (let second = 0; second < 30 && (await isRead()).length === 0; second += 1) await pause(1_000);
    equal((await isRead()).length, 1);

    await plantManagers(sql, 1);
    await sql`select analytics.switch_weekly_digest(true)`;
    await sql`select analytics.send_weekly_digest()`;
    const mailOfManager = () => stack.mailbox?.mails.find(({ to }) => to.includes("m1@example.com"));
    for (let second = 0; second < 30 && mailOfManager() === undefined; second += 1) await pause(1_000);
    match(mailOfManager()?.html ?? "", /<html/);
  },
};
