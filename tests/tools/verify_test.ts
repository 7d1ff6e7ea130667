import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { resources } from "../../tools/resources.ts";
import { parseArguments } from "../../tools/verify/arguments.ts";
import { findSubject, packs } from "../../tools/verify/find_subject.ts";
import { momentBefore } from "../../tools/verify/moment.ts";
import { requireConsent } from "../../tools/verify/production_guard.ts";
import { keyOf, synthesisOf } from "../../tools/verify/subject.ts";
import { idRange, newRun, syntheticId } from "../../tools/verify/synthetic_ids.ts";
import { findTarget, type Target } from "../../tools/verify/target.ts";
import { timingsOf } from "../../tools/verify/timings.ts";

const HEATMAP = "analytics_heatmap_agg";

Deno.test("parseArguments() reads a view and its options in any order, behind two dashes too", () => {
  const defaults = { view: HEATMAP, mode: "full", rows: 20_000, allowProd: false, json: false };
  deepEqual(parseArguments([HEATMAP]), defaults);
  deepEqual(parseArguments([HEATMAP, "--", "--dry-run"]), { ...defaults, mode: "dry_run" });
  deepEqual(parseArguments(["--rows", "500", HEATMAP, "--json", "--allow-prod"]), {
    ...defaults,
    rows: 500,
    json: true,
    allowProd: true,
  });
  equal(parseArguments([HEATMAP, "--help"]), null);
});

Deno.test("parseArguments() refuses what it does not know, with the remedy", () => {
  const faults: [string[], RegExp][] = [
    [[], /0 were named/],
    [["a", "b"], /2 were named/],
    [[HEATMAP, "--dryrun"], /"--dryrun" was not understood\n {2}→ see/],
    [[HEATMAP, "--rows"], /"" is no number of rows/],
    [[HEATMAP, "--rows", "99"], /"99" is no number of rows/],
    [[HEATMAP, "--rows", "-5"], /"-5" was not understood/],
    [[HEATMAP, "--dry-run", "--clean-up"], /give one of them/],
  ];
  for (const [args, message] of faults) throws(() => parseArguments(args), message);
});

function targetWith(url: string, staging = ""): Promise<Target> {
  const set: Record<string, string> = {
    SUPABASE_URL: url,
    SUPABASE_SECRET_KEY: "sb_secret_x",
    SUPABASE_PUBLISHABLE_KEY: "sb_publishable_x",
    FRESHET_VERIFY_STAGING_HOSTS: staging,
  };
  return findTarget({ environment: (name) => set[name], workFolder: "/nowhere" });
}

Deno.test("every host is production, but this machine and what is named as staging", async () => {
  for (const url of ["http://127.0.0.1:54321", "http://localhost:1", "http://[::1]:54321/", "HTTP://LocalHost"]) {
    equal((await targetWith(url)).isProduction, false, url);
  }
  for (
    const url of [
      "https://abc.supabase.co",
      "https://localhost.example.com",
      "https://127.0.0.1.example.com",
      "http://10.0.0.5:54321",
      "https://staging.example.com.evil.example",
      "https://staging@prod.example.com",
    ]
  ) equal((await targetWith(url, "staging.example.com, ,other.example")).isProduction, true, url);
  equal((await targetWith("https://Staging.Example.com/x", "x, staging.example.com")).isProduction, false);
});

Deno.test("findTarget() wants all three variables, or none and a stack that runs", async () => {
  const environment = (name: string) => name === "SUPABASE_URL" ? "https://abc.supabase.co" : undefined;
  await rejects(
    () => findTarget({ environment, workFolder: "/nowhere" }),
    /SUPABASE_SECRET_KEY and SUPABASE_PUBLISHABLE_KEY not set/,
  );
  await rejects(() => targetWith("abc.supabase.co"), /no http or https URL/);
  await rejects(
    () => findTarget({ environment: () => undefined, workFolder: "/nowhere" }),
    /no local stack runs in this folder\n {2}→ start the local stack/,
  );
});

Deno.test("requireConsent() asks for nothing on this machine, and for the name on production", async () => {
  const local = await targetWith("http://127.0.0.1:1");
  const production = await targetWith("https://abc.supabase.co");
  const never = () => {
    throw new Error("asked");
  };
  requireConsent(local, { allowProd: false, isTerminal: false, ask: never });
  throws(() => requireConsent(production, { allowProd: false, isTerminal: true, ask: never }), /counts as production/);
  throws(() => requireConsent(production, { allowProd: true, isTerminal: false, ask: never }), /there is none/);
  for (const typed of [null, "", "y", "ABC.supabase.co", "abc.supabase.co.evil"]) {
    throws(
      () => requireConsent(production, { allowProd: true, isTerminal: true, ask: () => typed }),
      /was not typed, so nothing was done/,
    );
  }
  requireConsent(production, { allowProd: true, isTerminal: true, ask: () => " abc.supabase.co " });
});

Deno.test("a run's ids lie in its range, and in no other run's", () => {
  const id = syntheticId("0c7", 4_095, 2 ** 40);
  const within = ({ first, last }: { first: string; last: string }) => first <= id && id <= last;
  ok(within(idRange("0c7")) && within(idRange(null)));
  ok(!within(idRange("0c6")) && !within(idRange("0c8")));
  ok(/^[0-9a-f]{3}$/.test(newRun()));
});

Deno.test("every view of every pack can be verified, also one that its pack does not name", () => {
  for (const { pack, view } of resources) {
    ok(packs.some((known) => known.pack === pack), `packs/${pack}/verify.ts says nothing of ${pack}`);
    equal(findSubject(view).view.view, view);
  }
  throws(
    () => findSubject("mv_nowhere"),
    new RegExp(`no synthetic rows for the view "mv_nowhere"[^]*choose from ${packs[0]?.views[0]?.view ?? ""}`),
  );
});

Deno.test("every synthetic row is recognisable by its id, and dated before the run", () => {
  const now = Date.UTC(2026, 10, 21);
  const { first, last } = idRange("abc");
  for (const { tables } of packs) {
    const known = new Set<unknown>();
    for (const table of tables) {
      const { name } = table;
      const made = Array.from({ length: 1_000 }, (_, number) => table.row(synthesisOf("abc", now), number));
      for (const { [keyOf(table)]: id, ...columns } of made) {
        ok(first <= String(id) && String(id) <= last, `${name} ${id}`);
        for (const [column, value] of Object.entries(columns)) {
          if (column.endsWith("_at") && typeof value === "string") ok(Date.parse(value) < now, `${name}.${column}`);
        }
      }
      // Rows whose own key the database numbers are recognised by the synthetic row that they refer to.
      const ids = new Set(made.map((row) => row[keyOf(table)]));
      if (![...ids].every((id) => known.has(id))) equal(ids.size, 1_000, name);
      for (const id of ids) known.add(id);
    }
  }
});

Deno.test("momentBefore() stays within the days that it is given", () => {
  const now = Date.UTC(2026, 10, 21);
  for (let number = 0; number < 5_000; number++) {
    const age = (now - Date.parse(momentBefore(now, { number, days: 10 }))) / 86_400_000;
    ok(age >= 1 && age <= 11, String(age));
  }
});

Deno.test("timingsOf() gives times that were measured, by nearest rank", () => {
  deepEqual(timingsOf(Array.from({ length: 100 }, (_, index) => 100 - index)), {
    count: 100,
    p50_ms: 50,
    p95_ms: 95,
    max_ms: 100,
  });
  deepEqual(timingsOf([7.25]), { count: 1, p50_ms: 7.3, p95_ms: 7.3, max_ms: 7.3 });
  equal(timingsOf([]), null);
});
