import assert from "node:assert/strict";
import { Semaphore } from "../../../shared/kernel/semaphore.ts";
import { settle } from "../../support/fakes/clock.ts";

const refuse = () => new Error("full");

Deno.test("a semaphore lets no more than its permits work at once, and everybody in turn", async () => {
  const semaphore = new Semaphore({ permits: 3, queue: 100 });
  let working = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.all(Array.from({ length: 20 }, (_, number) =>
    semaphore.run(async () => {
      working += 1;
      most = Math.max(most, working);
      order.push(number);
      await settle();
      working -= 1;
    }, refuse)));
  assert.equal(most, 3);
  assert.deepEqual(order, Array.from({ length: 20 }, (_, number) => number));
});

Deno.test("a semaphore refuses at once when its line is full, and recovers", async () => {
  const semaphore = new Semaphore({ permits: 1, queue: 1 });
  const gate = Promise.withResolvers<void>();
  const first = semaphore.run(() => gate.promise, refuse);
  const second = semaphore.run(() => Promise.resolve("second"), refuse);
  await assert.rejects(semaphore.run(() => Promise.resolve(), refuse), { message: "full" });
  gate.resolve();
  await first;
  assert.equal(await second, "second");
  assert.equal(await semaphore.run(() => Promise.resolve("third"), refuse), "third");
});

Deno.test("a semaphore gives the permit back when the work fails", async () => {
  const semaphore = new Semaphore({ permits: 1, queue: 0 });
  await assert.rejects(semaphore.run(() => Promise.reject(new Error("broken")), refuse), { message: "broken" });
  assert.equal(await semaphore.run(() => Promise.resolve("next"), refuse), "next");
});
