// What is wrong with one view must not take away the others.
import assert from "node:assert/strict";
import { id, progressRow } from "../../support/fixtures/sample_rows.ts";
import { createSampleRig, LANES_PATH } from "../../support/rigs/http_rig.ts";
import { KEYS } from "../../support/fixtures/tokens.ts";

const PROGRESS_PATH = `/analytics/sample/progress?agent_id=${id(11)}&challenge_id=${id(1)}`;
const AS_SERVICE = { headers: { apikey: KEYS.secret } };

for (
  const over of [
    { source_as_of: "infinity" },
    { source_as_of: "10000-01-01T00:00:00+00:00" },
    { source_as_of: "0044-03-15T00:00:00+00:00 BC" },
    { verified_at: "-infinity" },
    { refreshed_at: "yesterday" },
    { version: 1e300 },
    { version: null },
    { stale_after_seconds: "soon" },
    { populated: null },
  ]
) {
  Deno.test(`a view whose state has ${JSON.stringify(over)} is unavailable, no other is, and health names it`, async () => {
    const told: string[] = [];
    const { ask, source, clock } = createSampleRig({
      faults: {
        failed: ({ resource, defect }) => Promise.resolve(void told.push(`${resource}: ${defect}`)),
        answered: () => Promise.resolve(),
        slow: () => Promise.resolve(),
      },
    });
    assert.equal((await ask(PROGRESS_PATH, AS_SERVICE)).status, 200);
    source.spoil("mv_agent_progress", over);
    clock.advance(5_000);

    const refused = await ask(PROGRESS_PATH, AS_SERVICE);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get("retry-after"), "30");
    assert.equal((await refused.json()).code, "NOT_READY");
    assert.equal((await ask(LANES_PATH)).status, 200);
    const [field] = Object.keys(over);
    assert.deepEqual(told, [`sample/progress: the state of mv_agent_progress cannot be read, at ${field}`]);

    const health = await ask("/analytics/health", AS_SERVICE);
    assert.equal(health.status, 503);
    const { status, reasons, views } = await health.json();
    assert.equal(status, "bad");
    assert.deepEqual(reasons, [`views: the state of view mv_agent_progress cannot be read, at ${field}`]);
    assert.equal(views.mv_lane_score_distribution.status, "ok");

    source.refresh("mv_agent_progress", [progressRow()]);
    clock.advance(5_000);
    assert.equal((await ask(PROGRESS_PATH, AS_SERVICE)).status, 200);
  });
}
