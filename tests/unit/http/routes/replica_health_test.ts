import { deepEqual, equal } from "node:assert/strict";
import type { CacheEvent } from "../../../../shared/cache/event.ts";
import { notableEvents } from "../../../../shared/cache/event.ts";
import { replicaHealth } from "../../../../shared/ops/health.ts";
import { FakeClock } from "../../../support/fakes/clock.ts";
import { FakeDatabase } from "../../../support/fakes/replica.ts";
import { createWorld, Isolate } from "../../../support/rigs/read_rig.ts";

function createStage() {
  const clock = new FakeClock();
  const database = new FakeDatabase(clock);
  const { reader } = new Isolate({ clock, source: database.primary, shared: null }, { servers: database.servers });
  const events: CacheEvent[] = [];
  const check = () => replicaHealth(reader)[0]?.check((event) => void events.push(event));
  return { clock, database, events, check };
}

Deno.test("health of an isolate that has read nothing asks the replica, and tells its lag", async () => {
  const { clock, database, check } = createStage();
  database.write((source) => source.verify("agents_of_user"));
  database.replica.replay();
  clock.advance(250);
  deepEqual(await check(), {
    status: "ok",
    reasons: [],
    details: {
      state: "answers",
      last_left: null,
      last_left_at: null,
      is_replica: true,
      lag_ms: 250,
      answered_count: 1,
      left_counts: {},
    },
  });
});

Deno.test("health tells a replica that does not answer and makes nothing unhealthy, and the log names the reason", async () => {
  const { database, events, check } = createStage();
  database.replica.is_down = true;
  const report = await check();
  equal(report?.status, "ok");
  deepEqual([report?.details["state"], report?.details["last_left"], report?.details["left_counts"]], [
    "left",
    "down",
    { down: 1 },
  ]);
  equal(report?.details["last_left_at"], "2026-11-20T10:00:00.000Z");
  deepEqual(notableEvents(events), ["replica_left_down"]);
});

Deno.test("without a read address health says nothing of replicas", () => {
  deepEqual(replicaHealth(createWorld().isolate().reader), []);
});
