import assert from "node:assert/strict";
import { fullName, type Resource } from "../../../../shared/resource/resource.ts";
import { samplePack as resources } from "../../../support/sample_pack/mod.ts";
import { createSampleRig, LANES_PATH } from "../../../support/rigs/http_rig.ts";

/** A rig that notes the name of each resource as it is loaded; the first `failing` loads fail. */
function rigThatNotes(failing = 0) {
  const loaded: string[] = [];
  const load = (resource: Resource) => {
    loaded.push(fullName(resource));
    return loaded.length <= failing ? Promise.reject(new TypeError("Module not found")) : Promise.resolve(resource);
  };
  return { ...createSampleRig({ load, resources }), loaded };
}

Deno.test("a resource is loaded once, by the first requests for it, and no other with it", async () => {
  const { ask, loaded } = rigThatNotes();
  assert.equal((await ask("/analytics/nothing")).status, 404);
  assert.equal((await ask("/analytics/openapi.json")).status, 200);
  assert.deepEqual(loaded, []);
  const at_once = await Promise.all([ask(LANES_PATH), ask(LANES_PATH)]);
  assert.deepEqual([...at_once, await ask(LANES_PATH)].map(({ status }) => status), [200, 200, 200]);
  assert.deepEqual(loaded, ["sample/lane-distributions"]);
});

Deno.test("a resource that cannot be loaded answers 500 under its name, harms no other, and is tried again", async () => {
  const { ask, lines, loaded } = rigThatNotes(1);
  const failed = await ask(LANES_PATH);
  assert.equal(failed.status, 500);
  assert.doesNotMatch(await failed.text(), /Module/);
  const line = JSON.parse(lines[0] ?? "");
  assert.deepEqual([line.resource, line.outcome], ["sample/lane-distributions", "INTERNAL"]);
  assert.equal((await ask("/analytics/sample/time-to-first-win")).status, 200);
  assert.equal((await ask(LANES_PATH)).status, 200);
  assert.deepEqual(loaded, ["sample/lane-distributions", "sample/time-to-first-win", "sample/lane-distributions"]);
});

Deno.test("the catalog and health load every resource, and fail openly when one cannot be loaded", async () => {
  for (const path of ["/analytics/catalog", "/analytics/health"]) {
    const { ask, loaded } = rigThatNotes(1);
    assert.equal((await ask(path)).status, 500, path);
    assert.deepEqual(loaded, resources.map(fullName));
    assert.equal((await ask(path)).status, 200, path);
  }
});
