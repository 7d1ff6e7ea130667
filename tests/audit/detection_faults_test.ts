// The faults between a run and its incident, counted: what was injected, told, told twice, lost, and false. The whole count
// of `deno task test:proofs` leaves its table in bench/proofs/detection_faults.json; every run meets one of each kind.
import assert from "node:assert/strict";
import { countCalendarFaults } from "../support/faults/calendar_faults.ts";
import { catalogueFaults } from "../support/faults/catalogue_faults.ts";
import { type Counted, meetFault, nothingCounted } from "../support/faults/detection_scene.ts";
import { keepProof, proofs } from "../support/random/proofs.ts";
import { dropRefreshFaults, refreshFaults } from "../support/faults/refresh_faults.ts";
import { runFaults } from "../support/faults/run_faults.ts";
import { testDatabaseUrl, withConnections } from "../support/rigs/test_database.ts";
import { countForms, countOpenWriters, countTwoRefreshers } from "../support/faults/write_faults.ts";
import postgres from "postgres";

const SAMPLE = 1;
const rounds = proofs(SAMPLE, 5);
const table: Counted[] = [];

/** What takes a server of its own, or a whole disk, is made to happen there. */
const elsewhere = [
  {
    fault: "F12",
    what: "kill -9 of a backend in mid-run, and the server's recovery, on a real scheduler",
    covered_by: "tests/scheduler/audit_scheduler_test.ts",
  },
  { fault: "F18", what: "a disk that is full", covered_by: "tests/stack/full_disk_test.ts" },
  {
    fault: "F19",
    what: "a launcher that is terminated, and its return",
    covered_by: "tests/scheduler/audit_scheduler_test.ts",
  },
  {
    fault: "F19",
    what: "a job that the scheduler has not seen",
    covered_by: "tests/scheduler/audit_unseen_job_test.ts",
  },
  {
    fault: "F23",
    what: "an extension that is dropped and created under a real scheduler",
    covered_by: "tests/scheduler/audit_scheduler_test.ts",
  },
];

Deno.test.afterAll(() => keepProof("detection_faults", { rounds, faults: [...sorted(table), ...elsewhere] }));

Deno.test("Whatever strikes a run, a refresh, a job or the history is told once, beside healthy jobs of which nothing is told, and is closed when it is over", async () => {
  for (const fault of [...runFaults, ...catalogueFaults, ...refreshFaults]) {
    if (rounds === SAMPLE && fault.in_every_run !== true) continue;
    const counted = nothingCounted(fault);
    table.push(counted);
    for (let round = 0; round < rounds; round += 1) {
      try {
        await meetFault(fault, { count: rounds === SAMPLE ? 2 : 3, counted });
      } finally {
        await dropRefreshFaults();
      }
    }
    isWhole(counted);
  }
});

Deno.test("Of two refreshes at once the second says so at once, and no write is lost, in whatever form, to a refresh that ran beside it or before", () =>
  withConnections(2, async ([sql, other]) => {
    assert.ok(sql !== undefined && other !== undefined);
    const admin = postgres(testDatabaseUrl("superuser"), { max: 1, onnotice: () => {} });
    try {
      const counts = [
        await countTwoRefreshers([sql, other], proofs(3, 100)),
        await countOpenWriters([sql, other], proofs(3, 100)),
        ...await countForms(sql, admin, rounds),
      ];
      table.push(...counts);
      for (const counted of counts) isWhole(counted);
    } finally {
      await admin.end({ timeout: 5 });
    }
  }));

Deno.test("No change of a clock and no end of a month makes a slot that no scheduler keeps, or hides one", () => {
  const counts = countCalendarFaults(proofs(25, 500));
  table.push(...counts);
  for (const counted of counts) isWhole(counted);
});

function isWhole(row: Counted): void {
  const what = `${row.fault}, ${row.what}: ${JSON.stringify(row)}`;
  assert.ok(row.injected > 0 && row.injected === row.told && row.lost === 0, `something is lost: ${what}`);
  assert.deepEqual([row.duplicates, row.false, row.left_open, row.reopened], [0, 0, 0, 0], what);
}

function sorted(rows: readonly Counted[]): readonly Counted[] {
  return rows.toSorted((one, other) => Number(one.fault.slice(1)) - Number(other.fault.slice(1)));
}
