// The faults between an incident and the receiver, counted: what was injected, told, told twice, lost, and false. The whole
// count of `deno task test:proofs` leaves its table in bench/proofs/delivery_faults.json; in every run those are met that no
// other test makes.
import assert from "node:assert/strict";
import { onAuditStage } from "../support/rigs/audit_stage.ts";
import { type DeliveryFault, deliveryFaults } from "../support/rigs/delivery_faults.ts";
import type { Received } from "../support/fakes/envelope_sink.ts";
import { keepProof, proofs } from "../support/random/proofs.ts";

const SAMPLE = 0;
const rounds = proofs(SAMPLE, 5);
const faults = deliveryFaults.filter((fault) => rounds > SAMPLE || fault.is_only_here === true);
const TOKEN = "sntryu_may_write_events";

interface Counted {
  readonly fault: string;
  readonly what: string;
  /** Incidents that the fault met. */
  injected: number;
  /** Of these, those of which the receiver has an event, their own or their cause's. */
  told: number;
  /** Events. */
  events: number;
  /** Sendings of an event that the receiver had taken before. */
  duplicates: number;
  lost: number;
  /** Events that are about nothing that was injected. */
  false: number;
  /** Recoveries whose issue is not closed. */
  left_open: number;
  /** Issues that were opened again without a new incident. */
  reopened: number;
}

Deno.test("Whatever happens between an incident and the receiver, it is told, as one event, and its issue is closed when it is over", () =>
  onAuditStage(async (stage) => {
    const { sql, sink } = stage;
    const table: Counted[] = faults.map(({ id, what }) => ({
      ...{
        fault: id,
        what,
        injected: 0,
        told: 0,
        events: 0,
        duplicates: 0,
        lost: 0,
        false: 0,
        left_open: 0,
        reopened: 0,
      },
    }));
    let number = 0;

    async function meet(fault: DeliveryFault, counted: Counted): Promise<void> {
      const jobs: string[] = [];
      const seen = { received: sink.received.length, issues: sink.issues.all.length };
      const pass = (changes = {}) => stage.audit({ token: TOKEN, ...changes }).then(() => {}, () => {});
      await fault.run({
        stage,
        pass,
        async inject(count, runs = 1) {
          for (const job of Array.from({ length: count }, () => `probe-${number++}`)) {
            jobs.push(job);
            await stage.schedule(job);
            for (let run = 0; run < runs; run += 1) {
              await stage.plant(job, { status: "failed", message: "ERROR:  division by zero [22012]\n" });
            }
          }
        },
      });
      await settle(pass);
      for (const job of jobs) await stage.plant(job, { status: "succeeded", message: "1 row" });
      await settle(pass);

      const sent = sink.received.slice(seen.received).filter((one) => one.category === "event" && one.is_taken);
      const ids = sent.map((one) => String(one.envelope.header["event_id"]));
      const taken = new Set(ids);
      const incidents = await sql`
        select i.subject, coalesce(own.event_id, cause.event_id) as event_id, recovery.resolved_at
        from analytics.incidents as i
        left join analytics.outbox as own on own.incident_id = i.incident_id and own.transition = 'opened'
        left join analytics.outbox as cause on cause.incident_id = i.cause_id and cause.transition = 'opened'
        left join analytics.outbox as recovery
          on recovery.incident_id = case when own.event_id is null then i.cause_id else i.incident_id end
          and recovery.transition = 'recovered'
        where i.kind = 'failed' and i.subject = any (${jobs})`;
      const told = incidents.filter((row) => taken.has(String(row["event_id"])));
      counted.injected += jobs.length;
      counted.told += told.length;
      counted.events += taken.size;
      counted.duplicates += ids.length - taken.size;
      counted.lost += jobs.length - told.length;
      counted.left_open += incidents.filter((row) => row["resolved_at"] === null).length +
        sink.issues.all.slice(seen.issues).filter((one) => one.status !== "resolved").length;
      counted.reopened += sink.issues.all.slice(seen.issues).filter((one) =>
        one.activity.includes("set_regression")
      ).length;
      const explained = new Set(incidents.map((row) => String(row["event_id"])));
      counted.false += sent.filter((one) => !explained.has(idOf(one))).length;
      for (const job of jobs) await stage.unschedule(job);
    }

    async function settle(pass: () => Promise<void>): Promise<void> {
      for (let passes = 0; passes < 12; passes += 1) {
        await stage.passTime();
        await pass();
        const [waiting] = await sql`
          select count(*)::integer as count from analytics.outbox
          where state <> 'delivered' or transition = 'recovered' and resolved_at is null`;
        if (waiting?.["count"] === 0) return;
      }
    }

    for (let round = 0; round < Math.max(rounds, 1); round += 1) {
      for (const [index, fault] of faults.entries()) {
        const counted = table[index];
        if (counted !== undefined) await meet(fault, counted);
      }
    }
    await keepProof("delivery_faults", { rounds, faults: table });

    for (const row of table) {
      const what = `${row.fault}, ${row.what}: ${JSON.stringify(row)}`;
      assert.ok(row.injected > 0 && row.injected === row.told && row.lost === 0, `something is lost: ${what}`);
      assert.deepEqual([row.false, row.left_open, row.reopened], [0, 0, 0], what);
      // One for each event that was under way when its sender or its answer was lost.
      const may_repeat = row.fault === "F34" ? row.injected : row.what.includes("between send") ? rounds * 2 : 0;
      assert.ok(row.duplicates <= may_repeat, `told twice: ${what}`);
    }
  }));

function idOf({ envelope }: Received): string {
  return String(envelope.header["event_id"]);
}
