import { equal } from "node:assert/strict";
import { RecentMap } from "../../../shared/kernel/recent_map.ts";

Deno.test("a flood of new names pushes out what nobody looks up, and leaves what somebody does", () => {
  const map = new RecentMap<number>(100);
  map.set("idle", 1);
  map.set("busy", 2);
  for (let index = 0; index < 1_000; index++) {
    map.set(`flood ${index}`, index);
    if (index % 50 === 0) equal(map.get("busy"), 2, `after ${index}`);
  }
  equal(map.get("idle"), undefined);
});

Deno.test("at most two generations are kept", () => {
  const map = new RecentMap<number>(100);
  for (let index = 0; index < 1_000; index++) map.set(String(index), index);
  let kept = 0;
  // From the newest, so that looking one up moves no younger one out.
  for (let index = 999; index >= 0 && map.get(String(index)) !== undefined; index--) kept++;
  equal(kept <= 200 && kept >= 100, true, `${kept} are kept`);
});
