import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Redis } from "@upstash/redis";
import { type RedisPart, startRedis } from "../../stack/redis/mod.ts";
import { startRedisServer } from "../../stack/redis/server.ts";
import { connectRedis, RedisUnreachable } from "../../stack/redis/connection.ts";
import { freePort } from "../../stack/free_port.ts";
import { pause } from "../../stack/pause.ts";

const token = "a-token-of-this-test";

async function withRedis(test: (redis: RedisPart) => Promise<void>): Promise<void> {
  const workFolder = await Deno.makeTempDir();
  const redis = await startRedis({ workFolder, token });
  assert(redis, "redis-server is not installed: apt-get install redis-server");
  try {
    await test(redis);
  } finally {
    await redis.stop();
    await Deno.remove(workFolder, { recursive: true });
  }
}

function clientOf(redis: RedisPart, options: { responseEncoding?: false; token?: string } = {}): Redis {
  return new Redis({ url: redis.url, token, enableTelemetry: false, retry: false, ...options });
}

const clients: { name: string; options: { responseEncoding?: false } }[] = [
  { name: "the default client", options: {} },
  { name: "a client without base64", options: { responseEncoding: false } },
];

Deno.test("the adapter serves the real Upstash client", async (t) => {
  await withRedis(async (redis) => {
    for (const { name, options } of clients) {
      const client = clientOf(redis, options);

      await t.step(`${name} reads back text, objects, numbers and nothing`, async () => {
        assert.equal(await client.set("text", "snö, 雪 and \r\n"), "OK");
        assert.equal(await client.get("text"), "snö, 雪 and \r\n");
        await client.set("object", { a: [1, null, "x"] });
        assert.deepEqual(await client.get("object"), { a: [1, null, "x"] });
        assert.equal(await client.get("absent"), null);
        await client.del("count");
        assert.equal(await client.incrby("count", 41), 41);
        await client.set("word", "OK");
        assert.equal(await client.get("word"), "OK");
        assert.equal(await client.ping(), "PONG");
      });

      await t.step(`${name} reads back lists and hashes`, async () => {
        await client.del("list", "hash");
        await client.rpush("list", "a", "b");
        assert.deepEqual(await client.lrange("list", 0, -1), ["a", "b"]);
        await client.hset("hash", { field: "value", number: 7 });
        assert.deepEqual(await client.hgetall("hash"), { field: "value", number: 7 });
      });

      await t.step(`${name} runs a pipeline and a transaction`, async () => {
        assert.deepEqual(await client.pipeline().set("p", "1").get("p").exec(), ["OK", 1]);
        assert.deepEqual(await client.multi().set("m", "x").get("m").exec(), ["OK", "x"]);
      });

      await t.step(`${name} evaluates a script, with Upstash's first line too`, async () => {
        assert.deepEqual(await client.eval("return {KEYS[1], ARGV[1], 3}", ["k"], ["v"]), ["k", "v", 3]);
        const flagged = "#!lua flags=allow-key-locking\nreturn 5";
        assert.equal(await client.eval(flagged, [], []), 5);
        assert.equal(await client.evalsha(createHash("sha1").update(flagged).digest("hex"), [], []), 5);
        await assert.rejects(() => client.evalsha("0".repeat(40), [], []), /NOSCRIPT/);
      });

      await t.step(`${name} takes a lock that only one caller gets`, async () => {
        await client.del("lock");
        assert.equal(await client.set("lock", "first", { nx: true, px: 60_000 }), "OK");
        assert.equal(await client.set("lock", "second", { nx: true, px: 60_000 }), null);
        const left = await client.pttl("lock");
        assert(left > 0 && left <= 60_000, `pttl ${left}`);
      });

      await t.step(`${name} gets a Redis error as an error`, async () => {
        await client.set("text", "not a list");
        await assert.rejects(() => client.lpush("text", "x"), /WRONGTYPE/);
        await assert.rejects(() => client.multi().set("m", "x").lpush("text", "y").exec(), /WRONGTYPE/);
      });
    }
  });
});

Deno.test("the adapter keeps to the protocol", async (t) => {
  await withRedis(async (redis) => {
    const authorization = `Bearer ${token}`;
    const post = (path: string, body: BodyInit, headers: Record<string, string> = {}) =>
      fetch(redis.url + path, { method: "POST", body, headers: { authorization, ...headers } });

    await t.step("a wrong token is refused on every route, before anything is read", async () => {
      for (const path of ["/", "/pipeline", "/multi-exec", "/get/k", "/nonsense"]) {
        const response = await post(path, "not json", { authorization: "Bearer wrong" });
        assert.equal(response.status, 401, path);
        assert.match((await response.json()).error, /^WRONGPASS/);
      }
      await assert.rejects(() => clientOf(redis, { token: "wrong" }).get("k"), /WRONGPASS/);
    });

    await t.step("the path form takes a body and a query as further arguments", async () => {
      assert.deepEqual(await (await post("/set/path?EX=100", "by body")).json(), { result: "OK" });
      const response = await fetch(`${redis.url}/get/path?_token=${token}`);
      assert.deepEqual(await response.json(), { result: "by body" });
      assert.deepEqual(await (await post("/ttl/path", "")).json(), { result: 100 });
    });

    await t.step("bytes that are not text survive with base64", async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      await post("/set/bytes", bytes);
      const { result } = await (await post("/", '["GET","bytes"]', { "upstash-encoding": "base64" })).json();
      assert.equal(result, bytes.toBase64());
    });

    await t.step("a megabyte comes back whole", async () => {
      const large = "0123456789abcdef".repeat(65_536);
      await post("/", JSON.stringify(["SET", "large", large]));
      assert.equal((await (await post("/", '["GET","large"]')).json()).result, large);
    });

    await t.step("one bad command of a pipeline leaves the others alone", async () => {
      const body = JSON.stringify([["SET", "a", "1"], ["NOSUCH"], ["GET", "a"]]);
      const answers = await (await post("/pipeline", body)).json();
      assert.deepEqual([answers[0], answers[2]], [{ result: "OK" }, { result: "1" }]);
      assert.match(answers[1].error, /^ERR unknown command/);
    });

    await t.step("one bad command discards a transaction", async () => {
      await post("/", '["DEL","t"]');
      const response = await post("/multi-exec", '[["SET","t","1"],["NOSUCH"]]');
      assert.equal(response.status, 400);
      assert.match((await response.json()).error, /unknown command/);
      assert.deepEqual(await (await post("/get/t", "")).json(), { result: null });
    });

    await t.step("what is no command is refused with the reason", async () => {
      for (const body of ["not json", "{}", "[]", '""']) assert.equal((await post("/", body)).status, 400, body);
      assert.equal((await post("/pipeline", '["GET","k"]')).status, 400);
      assert.equal((await fetch(redis.url, { method: "DELETE", headers: { authorization } })).status, 405);
      for (const body of ['["SUBSCRIBE","c"]', '["multi"]', '["SELECT","1"]']) {
        const response = await post("/", body);
        assert.match((await response.json()).error, /not available/, body);
      }
    });

    await t.step("calls and commands are counted", async () => {
      const before = redis.traffic();
      await post("/pipeline", '[["SET","c","1"],["GET","c"]]');
      await post("/get/c", "");
      const after = redis.traffic();
      assert.deepEqual([after.calls - before.calls, after.commands - before.commands], [2, 3]);
    });

    await t.step("a fault lasts until it is lifted", async () => {
      await redis.setFault({ kind: "refuse" });
      await assert.rejects(() => post("/ping", ""));
      await redis.setFault({ kind: "garbage" });
      assert.match(await (await post("/ping", "")).text(), /^<html>/);
      await redis.setFault({ kind: "blackhole" });
      await assert.rejects(() => fetch(redis.url, { signal: AbortSignal.timeout(50) }), { name: "TimeoutError" });
      await redis.setFault({ kind: "none" });
      assert.deepEqual(await (await post("/ping", "")).json(), { result: "PONG" });
    });
  });
});

Deno.test("the connection fails at once while Redis is down and comes back with it", async () => {
  const folder = await Deno.makeTempDir();
  const options = { folder, port: freePort(), password: "p" };
  const first = await startRedisServer(options);
  assert(first);
  const connection = await connectRedis(options.port, options.password);
  assert.deepEqual(await connection.send([["PING"]]), ["PONG"]);
  await first.stop();
  await assert.rejects(() => connection.send([["PING"]]), RedisUnreachable);

  const second = await startRedisServer(options);
  for (let attempt = 0;; attempt++) {
    const replies = await connection.send([["PING"]]).catch(() => undefined);
    if (replies?.[0] === "PONG") break;
    assert(attempt < 100, "no reconnection within five seconds");
    await pause(50);
  }
  connection.close();
  await second?.stop();
  await Deno.remove(folder, { recursive: true });
});
