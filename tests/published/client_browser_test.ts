import assert from "node:assert/strict";
import { openInChromium } from "./chromium.ts";
import { installPackage } from "./installed_package.ts";
import { EXPECTED, startScenarioProject } from "./scenario_project.ts";

/** A page without a bundler: the package's modules as they are, and supabase-js as its script tag. */
const page = (given: unknown) =>
  `<!doctype html>
<meta charset="utf-8">
<script src="/supabase.js"></script>
<script type="module">
  import * as client from "/freshet-client/mod.js";
  import { scenario } from "/scenario.js";
  const given = { ...${JSON.stringify(given)}, createClient: supabase.createClient };
  const result = await scenario(client, given).catch((error) => ({ error: String(error?.stack ?? error) }));
  await fetch("/result", { method: "POST", body: JSON.stringify({ ...result, browser: navigator.userAgent }) });
</script>`;

Deno.test("in Chromium, from another origin, the client reads, pages, confirms, waits, fails and aborts", async () => {
  const installed = await installPackage();
  const project = await startScenarioProject();
  const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
  const modules = `${installed.folder}/node_modules`;
  const site = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/result") {
      resolve(await request.json());
      return new Response(null, { status: 204 });
    }
    if (pathname === "/") return new Response(page(project.given), { headers: { "content-type": "text/html" } });
    const file = FILES[pathname] ?? (pathname.startsWith("/freshet-client/") ? `${modules}${pathname}` : null);
    if (file === null) return new Response(null, { status: 404 });
    return new Response(await Deno.readFile(file), { headers: { "content-type": "text/javascript" } });
  });
  const FILES: Readonly<Record<string, string>> = {
    "/scenario.js": new URL("./scenario.js", import.meta.url).pathname,
    "/supabase.js": `${modules}/@supabase/supabase-js/dist/umd/supabase.js`,
  };
  const chromium = await openInChromium(`http://127.0.0.1:${site.addr.port}/`);
  const deadline = setTimeout(() => resolve({ error: "the page said nothing for a minute" }), 60_000);
  try {
    const { browser, ...result } = await promise;
    assert.deepEqual(result, EXPECTED);
    assert.match(String(browser), /Chrome\/\d+/);
  } finally {
    clearTimeout(deadline);
    await chromium.close();
    await site.shutdown();
    await project.stop();
    await installed.remove();
  }
});
