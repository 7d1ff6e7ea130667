import assert from "node:assert/strict";
import { rememberHealth } from "../../../shared/ops/remembered_health.ts";
import { FakeClock } from "../../support/fakes/clock.ts";

function counted() {
  const clock = new FakeClock();
  const state = { looks: 0, is_broken: false };
  const check = () => {
    state.looks += 1;
    const report = { status: "ok", reasons: [], details: {} } as const;
    return state.is_broken ? Promise.reject(new Error("broken")) : Promise.resolve(report);
  };
  const source = rememberHealth({ name: "audit", check }, { clock, milliseconds: 1_000 });
  return { clock, state, ask: () => source.check(() => {}) };
}

Deno.test("a health source is looked at once a second, however many ask", async () => {
  const { clock, state, ask } = counted();
  await Promise.all(Array.from({ length: 100 }, ask));
  clock.advance(999);
  await ask();
  assert.equal(state.looks, 1);
  clock.advance(1);
  await ask();
  assert.equal(state.looks, 2);
});

Deno.test("a look that failed is not remembered", async () => {
  const { state, ask } = counted();
  state.is_broken = true;
  await assert.rejects(ask(), { message: "broken" });
  state.is_broken = false;
  assert.equal((await ask()).status, "ok");
});
