// The pages at the gateway: what is served as what, and who gets a demo person's token.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { startGateway } from "../../stack/gateway/mod.ts";
import { openPages } from "../../stack/gateway/pages.ts";

const JSON_TYPE = { "content-type": "application/json" };

async function withPages(body: (origin: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-pages-" });
  for (const inner of ["assets", "acme/orders", ".vite"]) await Deno.mkdir(join(folder, inner), { recursive: true });
  await Deno.writeTextFile(join(folder, "index.html"), "<!doctype html><title>root</title>");
  await Deno.writeTextFile(join(folder, "acme/orders/index.html"), "<!doctype html><title>orders</title>");
  await Deno.writeTextFile(join(folder, "assets/a-1.js"), "export {};");
  await Deno.writeTextFile(join(folder, ".stamp"), "not served");
  await Deno.writeTextFile(join(folder, ".vite/manifest.json"), "{}");
  const pages = await openPages({
    folder,
    publishableKey: "sb_publishable_here",
    people: [{ name: "admin", title: "Administrator" }],
    tokenOf: (name, origin) => Promise.resolve(name === "admin" ? `token of ${name} at ${origin}` : undefined),
  });
  const gateway = await startGateway({
    port: 0,
    dataApiUrl: "http://127.0.0.1:9",
    functionUrls: {},
    verifyJwt: {},
    jwtSecret: "a-long-secret-that-is-for-this-test-only",
    secretKey: "sb_secret_default",
    pages,
  });
  try {
    await body(gateway.origin);
  } finally {
    await gateway.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the root and each page answer HTML under a policy without inline scripts and other origins", () =>
  withPages(async (origin) => {
    for (const [path, title] of [["/", "root"], ["/acme/orders", "orders"], ["/acme/orders/", "orders"]]) {
      const response = await fetch(origin + path);
      equal(response.status, 200);
      match(await response.text(), new RegExp(`<title>${title}<`));
      equal(response.headers.get("content-type"), "text/html; charset=utf-8");
      equal(response.headers.get("cache-control"), "no-cache");
      const policy = response.headers.get("content-security-policy") ?? "";
      match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/);
      ok(!policy.includes("unsafe"), policy);
    }
    const script = await fetch(`${origin}/assets/a-1.js`);
    await script.body?.cancel();
    match(script.headers.get("cache-control") ?? "", /immutable/);
  }));

Deno.test("everything else is 404 JSON as before, also beside the pages", () =>
  withPages(async (origin) => {
    for (
      const path of ["/acme", "/acme/none", "/.stamp", "/.vite/manifest.json", "/assets/..%2f.stamp", "/favicon.ico"]
    ) {
      const response = await fetch(origin + path, { headers: { accept: "text/html" } });
      equal(response.status, 404, path);
      equal((await response.json()).code, "NO_ROUTE");
    }
    const posted = await fetch(`${origin}/`, { method: "POST", body: "" });
    equal(posted.status, 404);
    await posted.body?.cancel();
  }));

Deno.test("the settings name the publishable key and the demo people, and no token", () =>
  withPages(async (origin) => {
    deepEqual(await (await fetch(`${origin}/settings.json`)).json(), {
      key: "sb_publishable_here",
      people: [{ name: "admin", title: "Administrator" }],
    });
  }));

Deno.test("a demo person's token is given to the pages of this origin, and to no other site", () =>
  withPages(async (origin) => {
    const ask = async (headers: Record<string, string>, body: string) => {
      const response = await fetch(`${origin}/demo/sessions`, { method: "POST", headers, body });
      return [response.status, (await response.json()).token, response.headers.get("access-control-allow-origin")];
    };
    const admin = JSON.stringify({ name: "admin" });
    deepEqual(await ask({ ...JSON_TYPE, origin }, admin), [200, `token of admin at ${origin}`, null]);
    equal((await ask({ ...JSON_TYPE, origin: "http://evil.example" }, admin))[0], 403);
    equal((await ask({ "content-type": "text/plain" }, admin))[0], 403);
    equal((await ask(JSON_TYPE, JSON.stringify({ name: "nobody" })))[0], 400);
    equal((await ask(JSON_TYPE, "{"))[0], 400);
  }));

Deno.test("a site whose name was made to point at this machine gets neither pages nor tokens", () =>
  withPages(async (origin) => {
    const { hostname, port } = new URL(origin);
    const connection = await Deno.connect({ hostname, port: Number(port) });
    const request = "GET /settings.json HTTP/1.1\r\nhost: rebound.example\r\nconnection: close\r\n\r\n";
    await connection.write(new TextEncoder().encode(request));
    match(await new Response(connection.readable).text(), /^HTTP\/1\.1 404 /);
  }));
