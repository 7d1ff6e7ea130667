/**
 * What an application does with the client, in plain JavaScript: the same in Node, Deno and a browser. Everything that
 * it learns comes back as one object that can be written as JSON.
 */
export async function scenario({ createFreshet, FreshetError }, { createClient, url, key, adminToken, challenge_id }) {
  const freshet = createFreshet({ url, key });
  const first = await freshet.arena.laneDistributions({ challenge_id });
  const second = await freshet.arena.laneDistributions({ challenge_id });

  const admin = createFreshet({ url, key, token: () => adminToken });
  const days = [];
  for await (const row of admin.engagement.activeLearningDays.rows({ limit: 2 })) days.push(row.active_on);

  const supabase = createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false },
    // Node 20 has none, and supabase-js insists on one.
    realtime: { transport: globalThis.WebSocket ?? class {} },
  });
  const over_supabase = createFreshet({ supabase });
  const third = await over_supabase.arena.laneDistributions({ challenge_id });
  const fourth = await over_supabase.arena.laneDistributions({ challenge_id });

  const lanes = "analytics/arena/lane-distributions?challenge_id=";
  const invoked = await supabase.functions.invoke(lanes + challenge_id, { method: "GET" });
  const uninvoked = await supabase.functions.invoke(`${lanes}mine`, { method: "GET" });

  const failure = await freshet.engagement.summaryStats().catch((error) => error);
  const wrong = await over_supabase.arena.laneDistributions({ challenge_id: "mine" }).catch((error) => error);

  const leaving = new AbortController();
  const aborted = freshet.arena.timeToFirstWin({}, { signal: leaving.signal }).catch((error) => error);
  leaving.abort("left");

  const csv = await freshet.csv("arena/time-to-first-win");
  // The project answers the first of these with a 503.
  const began = performance.now();
  const patient = await admin.engagement.popularTracks({}, { max_age_seconds: 86_400 });

  return {
    p50: first.data[0]?.p50,
    version: first.meta.version,
    age_seconds: first.freshness.age_seconds,
    cache_status: first.freshness.cache_status,
    has_request_id: first.request_id !== null,
    unchanged: [second.freshness.is_unchanged, second.data === first.data, fourth.freshness.is_unchanged],
    same_over_supabase: JSON.stringify(third.data) === JSON.stringify(first.data),
    invoked: [invoked.data.data.length, (await uninvoked.error.context.json()).code],
    days,
    failures: [failure, wrong].map((error) => [error instanceof FreshetError, error.code, error.status]),
    fields: wrong.errors,
    aborted: await aborted,
    csv: csv.text,
    patient_rows: patient.data.length,
    waited_seconds: Math.floor((performance.now() - began) / 1_000),
  };
}
