import { activeLearningDays } from "../../shared/packs/engagement/active_learning_days.ts";
import { popularTracks } from "../../shared/packs/engagement/popular_tracks.ts";
import { id } from "../support/fixtures/arena_rows.ts";
import { createArenaRig } from "../support/rigs/http_rig.ts";
import { sampleRow } from "../support/fixtures/sample_values.ts";
import { KEYS, mintToken } from "../support/fixtures/tokens.ts";

/** A project on a port of this machine that answers tests/published/scenario.js with the real handler. */
export interface ScenarioProject {
  /** What the scenario is given, besides createClient. */
  readonly given: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startScenarioProject(): Promise<ScenarioProject> {
  const rig = createArenaRig();
  rig.source.refresh("active_learning_days", [0, 1, 2, 3, 4].map((seed) => sampleRow(activeLearningDays, seed)));
  rig.source.refresh("popular_tracks", [sampleRow(popularTracks, 1)]);
  let is_first = true;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const is_outage = is_first && request.method === "GET" && request.url.includes("popular-tracks");
    if (is_outage) is_first = false;
    rig.source.is_down = is_outage;
    const path = request.url.replace(/^http:\/\/[^/]+\/functions\/v1/, "http://127.0.0.1");
    return await rig.fetch(new Request(path, request));
  });
  const given = {
    url: `http://127.0.0.1:${server.addr.port}`,
    key: KEYS.publishable,
    adminToken: await mintToken({ claims: { is_admin: true } }),
    challenge_id: id(1),
  };
  return { given, stop: () => server.shutdown() };
}

/** What the scenario comes back with, wherever it runs. */
export const EXPECTED = {
  p50: 71,
  version: 1,
  age_seconds: 0,
  cache_status: "Freshet; fwd=uri-miss; stored; detail=postgres",
  has_request_id: true,
  unchanged: [true, true, true],
  same_over_supabase: true,
  // By supabase.functions.invoke alone.
  invoked: [1, "BAD_REQUEST"],
  days: ["2026-11-14", "2026-11-13", "2026-11-12", "2026-11-11", "2026-11-10"],
  failures: [[true, "FORBIDDEN", 403], [true, "BAD_REQUEST", 400]],
  fields: [{ field: "challenge_id", reason: "must be a UUID" }],
  aborted: "left",
  csv: `challenge_id,challenge_title,agents_with_win,avg_days_to_first_win\r\n${id(1)},Essay,7,12.4\r\n`,
  patient_rows: 1,
  waited_seconds: 5,
};
