import assert from "node:assert/strict";
import { createUpstashStore } from "../../../../shared/adapters/upstash/store.ts";
import { SharedStoreError } from "../../../../shared/cache/shared_store.ts";

interface Sent {
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Runs a test against a store whose HTTP calls end in this function. */
async function withStore(
  respond: (signal: AbortSignal | null) => Response | Promise<Response>,
  test: (store: ReturnType<typeof createUpstashStore>, sent: Sent[]) => Promise<void>,
): Promise<void> {
  const { fetch } = globalThis;
  const sent: Sent[] = [];
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    sent.push({
      path: new URL(request.url).pathname,
      headers: request.headers,
      body: JSON.parse(await request.text()),
    });
    return await respond(init?.signal ?? null);
  };
  try {
    await test(createUpstashStore({ url: "https://redis.example", token: "planted-token", timeout_ms: 20 }), sent);
  } finally {
    globalThis.fetch = fetch;
  }
}

Deno.test("the shared store reads text as it was written, in one call", async () => {
  await withStore(() => Response.json([{ result: '{"k":"0012"}' }]), async (store, sent) => {
    assert.equal(await store.read("key"), '{"k":"0012"}');
    assert.deepEqual(sent.map(({ body }) => body), [[["get", "key"]]]);
    const headers = [...sent[0]?.headers.keys() ?? []].filter((name) => name.startsWith("upstash"));
    assert.deepEqual(headers, []);
  });
});

Deno.test("the shared store says null for a key that is not there", async () => {
  await withStore(
    () => Response.json([{ result: null }]),
    async (store) => assert.equal(await store.read("key"), null),
  );
});

Deno.test("the shared store takes a lock with NX and PX, and looks at what it is for, in one trip", async () => {
  await withStore(() => Response.json([{ result: "OK" }, { result: null }]), async (store, sent) => {
    const acquired = await store.acquire({ key: "lock", token: "mine" }, 5_000, "key");
    assert.deepEqual(acquired, { is_won: true, value: null });
    assert.deepEqual(sent[0]?.body, [["set", "lock", "mine", "nx", "px", 5_000], ["get", "key"]]);
    assert.equal(sent.length, 1);
  });
  await withStore(() => Response.json([{ result: null }, { result: '{"k":"0012"}' }]), async (store) => {
    const acquired = await store.acquire({ key: "lock", token: "mine" }, 5_000, "key");
    assert.deepEqual(acquired, { is_won: false, value: '{"k":"0012"}' });
  });
});

Deno.test("the shared store writes and releases in one trip, and deletes only its own lock", async () => {
  await withStore(() => Response.json([{ result: "OK" }, { result: 1 }]), async (store, sent) => {
    await store.commit([{ key: "k", value: "v", milliseconds: 1_000 }], { key: "lock", token: "mine" });
    assert.equal(sent.length, 1);
    assert.equal(sent[0]?.path, "/pipeline");
    const [write, release] = sent[0]?.body as unknown[][];
    assert.deepEqual(write, ["set", "k", "v", "px", 1_000]);
    assert.match(String(release?.[1]), /get.*ARGV\[1\].*del/);
    assert.deepEqual(release?.slice(2), [1, "lock", "mine"]);
  });
});

Deno.test("the shared store does not call for nothing", async () => {
  await withStore(() => Response.json([]), async (store, sent) => {
    await store.commit([], null);
    assert.equal(sent.length, 0);
  });
});

Deno.test("reads of one moment go in one call, each with its own answer, and an error of one is no other's", async () => {
  const answers = [{ result: "one" }, { error: "WRONGTYPE planted" }, { result: null }];
  await withStore(() => Response.json(answers), async (store, sent) => {
    const read = await Promise.allSettled(["a", "b", "c"].map((key) => store.read(key)));
    assert.deepEqual(sent.map(({ body }) => body), [[["get", "a"], ["get", "b"], ["get", "c"]]]);
    assert.deepEqual(read.map((one) => one.status === "fulfilled" ? one.value : one.reason.message), [
      "one",
      "The shared cache did not answer: refused",
      null,
    ]);
  });
});

Deno.test("commands that begin together share one timer, and a later one has its whole time", async () => {
  const signals: (AbortSignal | null)[] = [];
  const respond = (signal: AbortSignal | null) => (signals.push(signal), Response.json([{ result: null }]));
  await withStore(respond, async (store) => {
    const one = store.read("one");
    await new Promise((resolve) => setTimeout(resolve, 1)); // else both would go in one call
    await Promise.all([one, store.read("two")]);
    await new Promise((resolve) => setTimeout(resolve, 25));
    await store.read("three");
  });
  const [one, two, three] = signals;
  assert.ok(one !== undefined && three !== undefined);
  assert.equal(one, two);
  assert.notEqual(one, three);
  assert.equal(one?.aborted, true);
  assert.equal(three?.aborted, false);
});

const FAILURES: readonly (readonly [string, (signal: AbortSignal | null) => Response | Promise<Response>, string])[] = [
  ["a refused connection", () => Promise.reject(new TypeError("planted")), "unreachable"],
  ["a wrong token", () => Response.json({ error: "WRONGPASS planted" }, { status: 401 }), "refused"],
  [
    "an exhausted quota",
    () => Response.json({ error: "ERR max requests limit exceeded. planted" }, { status: 400 }),
    "refused",
  ],
  ["a proxy's HTML page", () => new Response("<html>planted", { status: 502 }), "not JSON"],
  ["truncated JSON", () => new Response('{"result":"plan'), "not JSON"],
  [
    "silence",
    (signal) => new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
    "timeout",
  ],
];

for (const [what, respond, reason] of FAILURES) {
  Deno.test(`the shared store rejects on ${what} with a word of its own, after one try`, async () => {
    await withStore(respond, async (store, sent) => {
      const error = await store.acquire({ key: "lock", token: "planted" }, 5_000, "key").catch((thrown: unknown) =>
        thrown
      );
      assert.ok(error instanceof SharedStoreError);
      assert.equal(error.reason, reason);
      assert.doesNotMatch(`${error.message} ${error.stack} ${JSON.stringify(error)}`, /planted/);
      assert.equal(sent.length, 1);
    });
  });
}
