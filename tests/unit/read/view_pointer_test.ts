import assert from "node:assert/strict";
import type { CacheEvent } from "../../../shared/cache/event.ts";
import { SharedCache } from "../../../shared/cache/shared_cache.ts";
import { ViewPointer } from "../../../shared/read/view_pointer.ts";
import { FakeClock } from "../../support/fakes/clock.ts";
import { FakeSharedStore } from "../../support/fakes/shared_store.ts";
import { FakeSource } from "../../support/fakes/source.ts";

function createPointers() {
  const clock = new FakeClock();
  const source = new FakeSource(clock);
  const store = new FakeSharedStore(clock);
  const events: CacheEvent["type"][] = [];
  const background: Promise<unknown>[] = [];
  source.refresh("mv_x", []);

  function pointer(): ViewPointer {
    const shared = new SharedCache(store, { clock, prefix: "test:" });
    return new ViewPointer({ clock, shared, source, waitUntil: (work) => void background.push(work) });
  }

  async function versionBy(one: ViewPointer): Promise<number | undefined> {
    const { states } = await one.current(({ type }) => void events.push(type));
    await Promise.all(background.splice(0));
    return states["mv_x"]?.version;
  }

  return { clock, source, store, events, pointer, versionBy };
}

Deno.test("the pointer asks the database once for all isolates and all views, for two seconds", async () => {
  const { source, pointer, versionBy } = createPointers();
  source.refresh("mv_y", []);
  for (const one of [pointer(), pointer(), pointer()]) assert.equal(await versionBy(one), 1);
  assert.equal(source.state_reads, 1);
});

Deno.test("the pointer asks nobody within a second, then Redis, and the database after two", async () => {
  const { clock, source, store, pointer, versionBy } = createPointers();
  const one = pointer();
  await versionBy(one);
  clock.advance(999);
  await versionBy(one);
  assert.deepEqual([source.state_reads, store.trips.read], [1, 1]);
  clock.advance(1);
  await versionBy(one);
  assert.deepEqual([source.state_reads, store.trips.read], [1, 2]);
  clock.advance(1_001);
  await versionBy(one);
  assert.equal(source.state_reads, 2);
});

Deno.test("the pointer looks the versions up once for all who ask at once", async () => {
  const { source, store, pointer, versionBy } = createPointers();
  const one = pointer();
  await Promise.all(Array.from({ length: 100 }, () => versionBy(one)));
  assert.deepEqual([source.state_reads, store.trips.read], [1, 1]);
});

Deno.test("the pointer learns a newer state that came with rows, and not an older one", async () => {
  const { source, pointer, versionBy } = createPointers();
  const one = pointer();
  const old = (await source.states())["mv_x"];
  source.refresh("mv_x", []);
  await versionBy(one);
  const newer = (await source.states())["mv_x"];
  assert.ok(old !== undefined && newer !== undefined);
  one.learn({ mv_x: old });
  assert.equal(await versionBy(one), 2);
  one.learn({ mv_x: { ...newer, version: 3 } });
  assert.equal(await versionBy(one), 3);
});

Deno.test("the pointer looks again behind the answer while the source is silent", async () => {
  const { clock, source, events, pointer, versionBy } = createPointers();
  const one = pointer();
  await versionBy(one);
  source.is_down = true;
  clock.advance(2_001);
  await versionBy(one);
  const asked = source.state_reads;
  source.refresh("mv_x", []);
  source.is_down = false;
  clock.advance(2_001);
  assert.equal(await versionBy(one), 1, "the answer did not wait");
  assert.equal(source.state_reads, asked + 1);
  assert.equal(await versionBy(one), 2, "and the next one knows");
  assert.ok(events.includes("pointer_stale"));
});

Deno.test("the pointer takes what is no pointer in Redis for nothing", async () => {
  const { store, events, pointer, versionBy } = createPointers();
  store.plant("test:states", '{"states":{"mv_x":{"version":"99"}}}');
  assert.equal(await versionBy(pointer()), 1);
  assert.ok(events.includes("entry_malformed"));
});

Deno.test("renew() ends with a look at the database that began after the moment it was given, and makes none in vain", async () => {
  const { clock, source, pointer, versionBy } = createPointers();
  const one = pointer();
  await versionBy(one);
  const looked_at = clock.now();
  await one.renew(looked_at, () => {});
  assert.equal(source.state_reads, 1);
  clock.advance(30);
  source.refresh("mv_x", []);
  await Promise.all(Array.from({ length: 10 }, () => one.renew(looked_at + 30, () => {})));
  assert.equal(await versionBy(one), 2);
  assert.equal(source.state_reads, 2, "one look for all who want it");
  assert.equal(clock.now() - looked_at, 100, "ten looks a second at most");
});
