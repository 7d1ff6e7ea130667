// pg_cron's own key takes names of more than two kilobytes, and no key of the audit does: such a job, and such an owner, are
// reported by the beginning of the name and a hash.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { inUndoneWorld } from "../support/rigs/undone_world.ts";

/** As many bytes as the key takes beside an owner's name; none can be compressed away. */
const long = Array.from({ length: 62 }, (_, n) => createHash("sha256").update(String(n)).digest("base64")).join("")
  .slice(0, 2_682);
const short = `${long.slice(0, 40)}… sha256:${createHash("sha256").update(long).digest("hex").slice(0, 16)}`;
/** What most parts of the audit have something to say of. */
const command =
  "refresh materialized view probe_a; refresh materialized view probe_b; select net.http_post('https://example.org/')";

Deno.test("a name longer than an index takes fails no detector, and its job is told by a short one", () =>
  inUndoneWorld(async ({ sql, plant, pass, open }) => {
    await plant("probe-beside", ["failed"]);
    // As from pg_cron 1.5 on.
    await sql`alter table cron.job alter jobname type text`;
    await sql`insert into cron.job (schedule, command, jobname, username)
      values ('* * * * *', ${command}, ${long}, 'postgres')`;
    await sql`insert into cron.job (schedule, command, jobname, username) values ('0 0 1 1 *', 'select 2', null, ${long})`;
    await sql`
      insert into cron.job_run_details (jobid, status, return_message, start_time, end_time)
      select j.jobid, 'failed', s.message, now(), now()
      from cron.job as j, unnest(array['ERROR:  planted', 'connection failed']) as s (message) where ${long} in (j.jobname, j.username)`;
    await sql`insert into net._http_response (id, status_code, created) values (900001, 500, now())`;
    await sql`update analytics.audit_state set judged_since = '-infinity', last_audit_at = now() - interval '5 minutes'`;
    await pass();
    await pass();
    const told = await open();
    assert.deepEqual(told.filter((one) => one.startsWith("detector_failed")), []);
    for (
      const one of [
        `failed:${short}`,
        `undeclared:${short}`,
        `http_untracked:${short}`,
        `unset_timeout:${short}`,
        `bundled_refreshes:${short}`,
        `orphan_owner:${short}`,
        "failed:probe-beside",
      ]
    ) {
      assert.ok(told.includes(one), `${one} is not among ${told.join(", ")}`);
    }

    await sql`select analytics.adopt_job(${short})`;
    await pass();
    assert.deepEqual((await open()).filter((one) => /^(undeclared|missing|edited):.*sha256/.test(one)), []);
    const [listed] =
      await sql`select analytics.list_jobs(job => ${short}) -> 'rows' -> 0 ->> 'is_as_declared' as answer`;
    assert.equal(listed?.["answer"], "true", "it is listed, and declared, by the name that was told");
    const [again] = await sql`select freshet.short_name(${short}) = ${short} as is_same,
      octet_length(freshet.short_name(repeat('😀', 3000))) <= 200 as fits`;
    assert.deepEqual(again, { is_same: true, fits: true });
  }));
