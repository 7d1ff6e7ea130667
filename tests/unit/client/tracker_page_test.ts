/** What the tracker uses of its runtime, where a browser lacks it or forbids it. Chromium's own is tried in tests/published. */
import assert from "node:assert/strict";
import { browserPage, browserStorage, newId } from "../../../shared/client/tracker_page.ts";

/** Runs a body while a property of a global object has another value, or a getter that throws. */
async function withProperty(
  target: object,
  name: string,
  property: PropertyDescriptor,
  body: () => void | Promise<void>,
): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { ...property, configurable: true });
  try {
    await body();
  } finally {
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, before);
  }
}

function withLocks(request: (name: string, run: () => Promise<void>) => Promise<unknown>, body: () => Promise<void>) {
  return withProperty(navigator, "locks", { value: { request } }, body);
}

Deno.test("it runs under the browser's lock of that name", async () => {
  const names: string[] = [];
  let runs_count = 0;
  await withLocks(async (name, run) => {
    names.push(name);
    await run();
  }, () => browserPage().alone("one", () => Promise.resolve(void runs_count++)));
  assert.deepEqual([names, runs_count], [["one"], 1]);
});

Deno.test("without locks, or where the page may not use them, it runs once all the same", async () => {
  let runs_count = 0;
  const run = () => Promise.resolve(void runs_count++);
  await withProperty(navigator, "locks", { value: undefined }, () => browserPage().alone("one", run));
  const denied = () => Promise.reject(new DOMException("denied", "SecurityError"));
  await withLocks(denied, () => browserPage().alone("one", run));
  assert.equal(runs_count, 2);
});

Deno.test("what fails under the lock is not run again", async () => {
  let runs_count = 0;
  const failing = () => Promise.reject(new Error(`run ${++runs_count}`));
  await withLocks((_name, run) => run(), () => assert.rejects(browserPage().alone("one", failing), /^Error: run 1$/));
});

Deno.test("a storage that the page may not use counts as none", async () => {
  const get = () => {
    throw new DOMException("denied", "SecurityError");
  };
  await withProperty(globalThis, "localStorage", { get }, () => assert.equal(browserStorage(), null));
  await withProperty(globalThis, "localStorage", { value: undefined }, () => assert.equal(browserStorage(), null));
});

Deno.test("ids are random UUIDs of version 4, also on a page without TLS", async () => {
  const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(newId(), shape);
  await withProperty(crypto, "randomUUID", { value: undefined }, () => {
    const ids = Array.from({ length: 1_000 }, newId);
    assert.equal(new Set(ids).size, 1_000);
    for (const id of ids) assert.match(id, shape);
  });
});

Deno.test("the page is left when it is hidden, and when it goes; a page that is shown is not left", async () => {
  const heard: string[] = [];
  const document = Object.assign(new EventTarget(), { visibilityState: "hidden" });
  await withProperty(globalThis, "document", { value: document }, () => {
    const stop = browserPage().listen({ leave: () => heard.push("leave"), online: () => heard.push("online") });
    document.dispatchEvent(new Event("visibilitychange"));
    document.visibilityState = "visible";
    document.dispatchEvent(new Event("visibilitychange"));
    assert.deepEqual(heard, ["leave"]);
    for (const type of ["pagehide", "online"]) dispatchEvent(new Event(type));
    assert.deepEqual(heard, ["leave", "leave", "online"]);
    stop();
    document.visibilityState = "hidden";
    document.dispatchEvent(new Event("visibilitychange"));
    for (const type of ["pagehide", "online"]) dispatchEvent(new Event(type));
    assert.deepEqual(heard.length, 3);
  });
});
