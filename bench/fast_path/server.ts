// The read function over rows in memory, and beside it what its process has used of the processor. The clock, the identity,
// the cache, the limits and the log are the real ones: only the database and Redis are missing, and a hit needs neither.
import { systemClock } from "../../shared/adapters/runtime/clock.ts";
import { renderCsv } from "../../shared/adapters/runtime/csv.ts";
import { createMemoryStore } from "../../shared/adapters/runtime/memory_store.ts";
import { sha256 } from "../../shared/adapters/runtime/sha256.ts";
import { createIdentity } from "../../shared/adapters/supabase/identity.ts";
import { serveAnalytics } from "../../shared/http/serve_analytics.ts";
import { renderJson } from "../../shared/read/renderer.ts";
import { fullName } from "../../shared/resource/resource.ts";
import { FakeOperations } from "../../tests/support/fakes/operations.ts";
import { FakeRefreshes } from "../../tests/support/fakes/refreshes.ts";
import { FakeSource } from "../../tests/support/fakes/source.ts";
import { id, laneRow, weaknessRow } from "../../tests/support/fixtures/sample_rows.ts";
import { environmentWith } from "../../tests/support/fixtures/tokens.ts";
import { samplePack } from "../../tests/support/sample_pack/mod.ts";

const LIMIT = { requests: 9_999_999, seconds: 60 };

const source = new FakeSource(systemClock);
for (const { view } of samplePack) source.refresh(view, []);
const lanes = Array.from({ length: 3 }, (_, lane) => laneRow({ lane_key: `lane ${lane}` }));
source.refresh("mv_lane_score_distribution", lanes);
source.refresh("mv_weakness_patterns", [weaknessRow()]);
source.owners.set("anna", [id(11)]);

let log_length = 0;

const answer = serveAnalytics({
  registry: Object.fromEntries(samplePack.map((resource) => [fullName(resource), () => Promise.resolve(resource)])),
  clock: systemClock,
  // Lines are made and thrown away: what a pipe costs is the same for every variant.
  log: (line) => void (log_length += line.length),
  connect: () => ({
    clock: systemClock,
    hash: sha256,
    memory: createMemoryStore(),
    shared: null,
    source,
    renderers: { json: renderJson, csv: renderCsv },
    waitUntil: () => {},
    deployment: "https://example.supabase.co",
    identity: createIdentity(environmentWith(), { clock: systemClock, hash: sha256 }),
    cors: ["https://app.example", "https://other.example"],
    health: [],
    operations: new FakeOperations(),
    runbook_url: "https://example.com/runbook",
    settings_notes: [],
    refreshes: new FakeRefreshes(),
    rates: { limits: { user: LIMIT, key: LIMIT, service: LIMIT, unverified: LIMIT }, counter: null, salt: "salt" },
    client_address_header: "cf-connecting-ip",
    faults: { failed: () => Promise.resolve(), answered: () => Promise.resolve(), slow: () => Promise.resolve() },
  }),
});

let served = 0;

/** Microseconds that this process has had a processor, all threads together; the kernel counts them in nanoseconds. */
function used(): number {
  let nanoseconds = 0;
  for (const { name } of Deno.readDirSync("/proc/self/task")) {
    nanoseconds += Number(Deno.readTextFileSync(`/proc/self/task/${name}/schedstat`).split(" ")[0]);
  }
  return nanoseconds / 1_000;
}

/** Answers the request as often as it says, without a connection: what the handler alone costs. */
async function repeat(request: Request, times: number): Promise<number> {
  const before = used();
  for (let time = 0; time < times; time += 1) await answer(request);
  return (used() - before) / times;
}

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.url.endsWith("/used")) return Response.json({ microseconds: used(), served, log_length });
    const times = request.headers.get("x-repeat");
    if (times !== null) return Response.json(await repeat(request, Number(times)));
    served += 1;
    return await answer(request);
  },
};
