import assert from "node:assert/strict";
import http from "node:http";
import { decodeProtectedHeader, jwtVerify, SignJWT } from "jose";
import { freePort } from "../../stack/free_port.ts";
import { type GatewayOptions, startGateway } from "../../stack/gateway/mod.ts";

const jwtSecret = "a-long-secret-that-is-for-this-test-only";
const secretKey = "sb_secret_default";

type Handler = (request: Request) => Response | Promise<Response>;

/** A part behind the gateway, played by the test. */
function play(handler: Handler) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  return { url: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

async function withGateway(
  options: Partial<GatewayOptions> & { dataApi?: Handler; functions?: Handler[] },
  test: (origin: string) => Promise<void>,
): Promise<void> {
  const dataApi = play(options.dataApi ?? (() => new Response("data api")));
  const isolates = (options.functions ?? []).map(play);
  const gateway = await startGateway({
    port: 0,
    dataApiUrl: dataApi.url,
    functionUrls: { echo: isolates.map(({ url }) => url) },
    verifyJwt: { echo: false },
    jwtSecret,
    secretKey,
    ...options,
  });
  try {
    await test(gateway.origin);
  } finally {
    await gateway.stop();
    await Promise.all([dataApi, ...isolates].map((part) => part.stop()));
  }
}

function token(key = jwtSecret, expiresAt = "1h"): Promise<string> {
  return new SignJWT({ sub: crypto.randomUUID(), role: "authenticated" })
    .setProtectedHeader({ alg: "HS256" }).setExpirationTime(expiresAt).sign(new TextEncoder().encode(key));
}

async function statusOf(url: string, init?: RequestInit): Promise<number> {
  const response = await fetch(url, init);
  await response.body?.cancel();
  return response.status;
}

const describe: Handler = async (request) => {
  const url = new URL(request.url);
  return Response.json({
    method: request.method,
    path: url.pathname + url.search,
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
  });
};

Deno.test("a function sees its own path, the caller's address and a request id", async () => {
  await withGateway({ functions: [describe] }, async (origin) => {
    const response = await fetch(`${origin}/functions/v1/echo/a%20b/c?x=1&x=2`, {
      method: "POST",
      body: "hello",
      headers: { "x-forwarded-for": "203.0.113.7" },
    });
    const seen = await response.json();
    assert.equal(seen.method, "POST");
    assert.equal(seen.path, "/echo/a%20b/c?x=1&x=2");
    assert.equal(seen.body, "hello");
    assert.equal(seen.headers["x-forwarded-for"], "203.0.113.7, 127.0.0.1");
    assert.equal(seen.headers["x-forwarded-host"], new URL(origin).host);
    assert.match(seen.headers["sb-request-id"], /^[0-9a-f-]{36}$/);
    assert.equal(seen.headers["sb-request-id"], response.headers.get("sb-request-id"));
    assert.equal((await (await fetch(`${origin}/functions/v1/echo`)).json()).path, "/echo");
  });
});

Deno.test("isolates take turns, or the one that is asked for answers", async () => {
  await withGateway({ functions: [() => new Response("0"), () => new Response("1")] }, async (origin) => {
    const ask = async (isolate?: string) => {
      const headers: HeadersInit = isolate === undefined ? {} : { "x-freshet-isolate": isolate };
      const response = await fetch(`${origin}/functions/v1/echo`, { headers });
      return { status: response.status, text: await response.text(), says: response.headers.get("x-freshet-isolate") };
    };
    const turns = [await ask(), await ask(), await ask(), await ask()];
    assert.deepEqual(turns.map(({ text }) => text), ["0", "1", "0", "1"]);
    assert.deepEqual(await ask("1"), { status: 200, text: "1", says: "1" });
    assert.deepEqual(await ask("1"), { status: 200, text: "1", says: "1" });
    for (const wrong of ["2", "-1", "x", "0.5"]) assert.equal((await ask(wrong)).status, 400, wrong);
  });
});

Deno.test("a function that does not exist is 404, also under names that every object has", async () => {
  await withGateway({ functions: [describe] }, async (origin) => {
    for (const name of ["nope", "constructor", "__proto__", ""]) {
      const response = await fetch(`${origin}/functions/v1/${name}`);
      assert.equal(response.status, 404, name);
      assert.equal((await response.json()).code, "NOT_FOUND");
    }
  });
});

Deno.test("verify_jwt keeps out who brings neither a good token nor a key", async () => {
  await withGateway({ functions: [describe], verifyJwt: { echo: true } }, async (origin) => {
    const url = `${origin}/functions/v1/echo`;
    const bearer = (value: string) => ({ headers: { authorization: `Bearer ${value}` } });
    assert.equal(await statusOf(url), 401);
    assert.equal(await statusOf(url, bearer("nonsense")), 401);
    assert.equal(await statusOf(url, bearer(await token("another-secret-of-another-project!!!"))), 401);
    assert.equal(await statusOf(url, bearer(await token(jwtSecret, "-1h"))), 401);
    assert.equal(await statusOf(url, bearer(await token())), 200);
    assert.equal(await statusOf(url, { headers: { apikey: "sb_publishable_x" } }), 200);
    assert.equal(await statusOf(url, { method: "OPTIONS" }), 200);
  });
});

Deno.test("bodies stream both ways, and compressed bytes pass as they are", async () => {
  const gzipped = await new Response(new Blob(["hello"]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
  const answer: Handler = (request) => {
    if (!request.url.endsWith("/gzip")) return new Response(request.body, { headers: { "x-from": "function" } });
    return new Response(gzipped, { headers: { "content-encoding": "gzip", "vary": "accept-encoding" } });
  };
  await withGateway({ functions: [answer] }, async (origin) => {
    const { port } = new URL(origin);
    const raw = await new Promise<{ encoding: string | undefined; bytes: Uint8Array }>((resolve, reject) => {
      http.get({ host: "127.0.0.1", port, path: "/functions/v1/echo/gzip" }, async (incoming) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of incoming) chunks.push(chunk);
        resolve({
          encoding: incoming.headers["content-encoding"],
          bytes: await new Blob(chunks as BlobPart[]).bytes(),
        });
      }).on("error", reject);
    });
    assert.deepEqual(raw, { encoding: "gzip", bytes: gzipped });

    const large = new Uint8Array(5_000_000).fill(7);
    const echoed = await fetch(`${origin}/functions/v1/echo`, { method: "POST", body: large });
    assert.equal(echoed.headers.get("x-from"), "function");
    assert.deepEqual(await echoed.bytes(), large);

    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const streaming = fetch(`${origin}/functions/v1/echo`, { method: "POST", body: readable });
    writer.write(new TextEncoder().encode("first"));
    const reader = (await streaming).body?.getReader();
    assert.deepEqual(await reader?.read(), { done: false, value: new TextEncoder().encode("first") });
    await writer.close();
    assert.deepEqual(await reader?.read(), { done: true, value: undefined });
  });
});

Deno.test("statuses without a body, HEAD and redirects pass unchanged", async () => {
  const answer: Handler = (request) => {
    const path = new URL(request.url).pathname;
    if (path.endsWith("/304")) return new Response(null, { status: 304, headers: { etag: '"v1"' } });
    if (path.endsWith("/303")) return new Response(null, { status: 303, headers: { location: "/elsewhere" } });
    const headers = new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"]]);
    return new Response("body", { headers });
  };
  await withGateway({ functions: [answer] }, async (origin) => {
    const notModified = await fetch(`${origin}/functions/v1/echo/304`);
    assert.deepEqual([notModified.status, notModified.headers.get("etag")], [304, '"v1"']);
    const redirect = await fetch(`${origin}/functions/v1/echo/303`, { redirect: "manual" });
    assert.deepEqual([redirect.status, redirect.headers.get("location")], [303, "/elsewhere"]);
    await redirect.body?.cancel();
    const head = await fetch(`${origin}/functions/v1/echo`, { method: "HEAD" });
    assert.deepEqual([head.status, await head.text()], [200, ""]);
    const get = await fetch(`${origin}/functions/v1/echo`);
    assert.deepEqual([get.headers.getSetCookie(), await get.text()], [["a=1", "b=2"], "body"]);
  });
});

Deno.test("when the caller goes away, so does the request", async () => {
  const gone = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const wait: Handler = (request) => {
    request.signal.addEventListener("abort", () => gone.resolve());
    arrived.resolve();
    return gone.promise.then(() => new Response("too late"));
  };
  await withGateway({ functions: [wait] }, async (origin) => {
    const leaving = new AbortController();
    const request = fetch(`${origin}/functions/v1/echo`, { signal: leaving.signal });
    await arrived.promise;
    leaving.abort();
    await assert.rejects(request, { name: "AbortError" });
    await gone.promise;
  });
});

Deno.test("a part that is down is 503 with a remedy, and serves again when it is back", async () => {
  const port = freePort();
  const serve = () => Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, () => new Response("up"));
  let part = serve();
  await withGateway({ functionUrls: { echo: [`http://127.0.0.1:${port}`] } }, async (origin) => {
    assert.equal(await (await fetch(`${origin}/functions/v1/echo`)).text(), "up");
    await part.shutdown();
    const response = await fetch(`${origin}/functions/v1/echo`);
    assert.equal(response.status, 503);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
    const problem = await response.json();
    assert.match(problem.detail, /^function "echo" at http:\/\/127\.0\.0\.1:\d+: /);
    assert.match(problem.remedy, /log/);
    part = serve();
    assert.equal(await (await fetch(`${origin}/functions/v1/echo`)).text(), "up");
    await part.shutdown();
  });
});

Deno.test("a session's token is signed again with key id, issuer and metadata", async () => {
  const lite = await new SignJWT({ sub: "u1", role: "authenticated", aud: "authenticated" })
    .setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h").sign(new TextEncoder().encode(jwtSecret));
  const user = { id: "u1", app_metadata: { provider: "email" }, user_metadata: { name: "Ada" } };
  const dataApi: Handler = (request) => {
    if (request.url.endsWith("/signup")) return Response.json({ id: "u1", email: "unconfirmed@example.com" });
    if (request.url.includes("grant_type=wrong")) return Response.json({ code: 400 }, { status: 400 });
    return Response.json({ access_token: lite, refresh_token: "r", user });
  };
  await withGateway({ dataApi }, async (origin) => {
    const post = (path: string) => fetch(`${origin}/auth/v1/${path}`, { method: "POST", body: "{}" });
    const session = await (await post("token?grant_type=password")).json();
    assert.equal(session.refresh_token, "r");
    assert.deepEqual(decodeProtectedHeader(session.access_token), { alg: "HS256", typ: "JWT", kid: "local" });
    const { payload } = await jwtVerify(session.access_token, new TextEncoder().encode(jwtSecret), {
      issuer: `${origin}/auth/v1`,
      audience: "authenticated",
    });
    assert.equal(payload.sub, "u1");
    assert.equal(payload.aal, "aal1");
    assert.deepEqual(payload.app_metadata, { provider: "email" });
    assert.deepEqual(payload.user_metadata, { name: "Ada" });
    assert.deepEqual(await (await post("signup")).json(), { id: "u1", email: "unconfirmed@example.com" });
    assert.equal((await post("token?grant_type=wrong")).status, 400);
  });
});

Deno.test("a demo person's session has the id of the sample's user, in the token and beside it", async () => {
  const secret = new TextEncoder().encode(jwtSecret);
  const tokenOf = (sub: string) =>
    new SignJWT({ sub }).setProtectedHeader({ alg: "HS256" }).setExpirationTime("1h").sign(secret);
  const [made, own] = await Promise.all([tokenOf("of-auth"), tokenOf("of-the-sample")]);
  const dataApi: Handler = async (request) => {
    const { email } = await request.json();
    return Response.json({ access_token: made, user: { id: "of-auth", email, role: "authenticated" } });
  };
  const demoTokenOf = (email: string) => Promise.resolve(email === "demo@example.com" ? own : undefined);
  await withGateway({ dataApi, demoTokenOf }, async (origin) => {
    const idsOf = async (email: string) => {
      const response = await fetch(`${origin}/auth/v1/token?grant_type=password`, {
        method: "POST",
        body: JSON.stringify({ email }),
      });
      const { access_token, user } = await response.json();
      const { payload } = await jwtVerify(access_token, secret);
      return [payload.sub, user.id, user.role];
    };
    assert.deepEqual(await idsOf("demo@example.com"), ["of-the-sample", "of-the-sample", "authenticated"]);
    assert.deepEqual(await idsOf("ada@example.com"), ["of-auth", "of-auth", "authenticated"]);
  });
});

const closed: GatewayOptions = {
  port: 0,
  dataApiUrl: "http://127.0.0.1:9",
  functionUrls: {},
  verifyJwt: {},
  jwtSecret,
  secretKey,
};

Deno.test("signed addresses come under the name that clients read", async () => {
  const entry = { signedUrl: "/storage/v1/object/sign/b/f?token=t" };
  const dataApi: Handler = (request) => Response.json(request.url.endsWith("/many") ? [entry, { error: "x" }] : entry);
  await withGateway({ dataApi }, async (origin) => {
    const sign = async (path: string) =>
      await (await fetch(`${origin}/storage/v1/object/sign/${path}`, { method: "POST", body: "{}" })).json();
    assert.equal((await sign("b/f")).signedURL, "/object/sign/b/f?token=t");
    assert.deepEqual((await sign("many"))[1], { error: "x" });
  });
});

Deno.test("every secret key of the project is service_role to the data API", async () => {
  await withGateway({ dataApi: describe, otherSecretKeys: ["sb_secret_cron"] }, async (origin) => {
    const headers = { apikey: "sb_secret_cron", authorization: "Bearer sb_secret_cron" };
    const seen = await (await fetch(`${origin}/rest/v1/t?select=a`, { headers })).json();
    assert.equal(seen.path, "/rest/v1/t?select=a");
    assert.equal(seen.headers.apikey, secretKey);
    assert.equal(seen.headers.authorization, `Bearer ${secretKey}`);
    const other = await (await fetch(`${origin}/rest/v1/t`, { headers: { apikey: "sb_secret_wrong" } })).json();
    assert.equal(other.headers.apikey, "sb_secret_wrong");
  });
});

Deno.test("browsers may call the data API from anywhere", async () => {
  await withGateway({}, async (origin) => {
    const preflight = await fetch(`${origin}/rest/v1/t`, {
      method: "OPTIONS",
      headers: { "origin": "http://app.test", "access-control-request-headers": "apikey,authorization" },
    });
    assert.equal(preflight.status, 200);
    assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
    assert.equal(preflight.headers.get("access-control-allow-headers"), "apikey,authorization");
    const answer = await fetch(`${origin}/rest/v1/t`);
    assert.deepEqual([answer.headers.get("access-control-allow-origin"), await answer.text()], ["*", "data api"]);
  });
});

Deno.test("Realtime is a clear 501, and an unknown path a clear 404", async () => {
  await withGateway({}, async (origin) => {
    const realtime = await fetch(`${origin}/realtime/v1/websocket`);
    assert.deepEqual([realtime.status, (await realtime.json()).code], [501, "NOT_IMPLEMENTED"]);
    const socket = new WebSocket(`${origin.replace("http", "ws")}/realtime/v1/websocket`);
    assert.equal(await new Promise((resolve) => socket.onerror = () => resolve("refused")), "refused");
    const elsewhere = await fetch(`${origin}/functions/v2/echo`);
    assert.deepEqual([elsewhere.status, (await elsewhere.json()).code], [404, "NO_ROUTE"]);
  });
});

Deno.test("a taken port is named, with what to do", async () => {
  await withGateway({}, async (origin) => {
    const port = Number(new URL(origin).port);
    await assert.rejects(
      () => startGateway({ ...closed, port }),
      new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken`),
    );
  });
});
