// deno task bench:quiet: does the audit stay silent while nothing is wrong? Runs the whole product on a real pg_cron,
// with a receiver that counts events. Exits 1 if an event was sent, a pass was missed, or health was not ok at the end.
import { commitOfProject } from "../tools/test/proof_results.ts";
import { pause } from "../stack/pause.ts";
import { startEnvelopeSink } from "../tests/support/fakes/envelope_sink.ts";
import { startProduct } from "../tests/support/rigs/product.ts";

const AUDIT_PERIOD_MINUTES = 5;

interface Quiet {
  readonly minutes: number;
  readonly date: string;
  readonly commit: string;
  /** Runs of pg_cron that began and ended within the time. */
  readonly runs: number;
  readonly runs_failed: number;
  /** Passes that the scheduler started. */
  readonly audit_passes: number;
  readonly check_ins: number;
  readonly check_ins_of_an_error: number;
  readonly incidents: number;
  readonly events: number;
  readonly health: string;
}

if (import.meta.main) {
  const result = await stayQuiet(minutesOf(Deno.args));
  await Deno.writeTextFile(new URL("./results/quiet.json", import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
  console.log(result);
  const passes = Math.floor(result.minutes / AUDIT_PERIOD_MINUTES);
  if (result.events > 0 || result.incidents > 0 || result.audit_passes < passes || result.health !== "ok") Deno.exit(1);
}

function minutesOf([name, value, ...others]: readonly string[]): number {
  if (name === undefined) return 60;
  const minutes = Number(value);
  if (name === "--minutes" && others.length === 0 && Number.isInteger(minutes) && minutes > 0) return minutes;
  throw new Error(
    `"${[name, value, ...others].join(" ")}" is no option: --minutes takes a whole number, 60 by default`,
  );
}

async function stayQuiet(minutes: number): Promise<Quiet> {
  const commit = await commitOfProject();
  const sink = await startEnvelopeSink();
  const product = await startProduct({ sentryDsn: sink.dsn, redis: false });
  try {
    const { sql } = product;
    const health = async () => (await (await product.get("/health")).json()).status as string;
    console.log("waiting until the audit and every view have run once");
    for (let waited = 0; await health() !== "ok" && waited < 30; waited += 1) await pause(60_000);
    const [begin] = await sql`
      select clock_timestamp() as at, coalesce(max(runid), 0) as runid, (select pass_count from analytics.audit_state) as passes,
        (select coalesce(max(incident_id), 0) from analytics.incidents) as incidents
      from cron.job_run_details`;
    const heard = { events: sink.events().length, check_ins: sink.checkIns().length };
    console.log(`${minutes} quiet minutes from ${new Date().toISOString()}`);
    await pause(minutes * 60_000);
    const [end] = await sql`
      select count(*)::integer as runs, (count(*) filter (where status = 'failed'))::integer as failed,
        (select pass_count - ${begin?.["passes"]} from analytics.audit_state)::integer as passes,
        (select count(*) from analytics.incidents where incident_id > ${begin?.["incidents"]})::integer as incidents
      from cron.job_run_details where runid > ${begin?.["runid"]} and status in ('succeeded', 'failed')`;
    const checkIns = sink.checkIns().slice(heard.check_ins);
    return {
      minutes,
      date: new Date().toISOString().slice(0, 10),
      commit,
      runs: Number(end?.["runs"]),
      runs_failed: Number(end?.["failed"]),
      audit_passes: Number(end?.["passes"]),
      check_ins: checkIns.length,
      check_ins_of_an_error: checkIns.filter((one) => one["status"] === "error").length,
      incidents: Number(end?.["incidents"]),
      events: sink.events().length - heard.events,
      health: await health(),
    };
  } finally {
    await product.stop();
    await sink.stop();
  }
}
