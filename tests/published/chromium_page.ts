import { openInChromium } from "./chromium.ts";
import type { InstalledPackage } from "./installed_package.ts";

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
  await fetch("/result", { method: "POST", body: JSON.stringify(result) });
</script>`;

/** Runs the scenario in a page of Chromium whose origin is not the project's; gives what the page sends back. */
export async function runInChromium({ folder }: InstalledPackage, given: unknown): Promise<unknown> {
  const modules = `${folder}/node_modules`;
  const files: Readonly<Record<string, string>> = {
    "/scenario.js": `${folder}/scenario.js`,
    "/supabase.js": `${modules}/@supabase/supabase-js/dist/umd/supabase.js`,
  };
  return await resultOfPage(page(given), async (pathname) => {
    const file = files[pathname] ?? (pathname.startsWith("/freshet-client/") ? `${modules}${pathname}` : null);
    return file === null ? null : await Deno.readFile(file);
  });
}

/**
 * Opens a page in Chromium and waits for what it posts to /result.
 *
 * @param script the module at a path; null if there is none
 */
export async function resultOfPage(
  html: string,
  script: (pathname: string) => Promise<BodyInit | null>,
): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const site = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/result") {
      resolve(await request.json());
      return new Response(null, { status: 204 });
    }
    if (pathname === "/") return new Response(html, { headers: { "content-type": "text/html" } });
    const text = await script(pathname);
    if (text === null) return new Response(null, { status: 404 });
    return new Response(text, { headers: { "content-type": "text/javascript" } });
  });
  const chromium = await openInChromium(`http://127.0.0.1:${site.addr.port}/`);
  const deadline = setTimeout(() => resolve({ error: "the page said nothing for a minute" }), 60_000);
  try {
    return await promise;
  } finally {
    clearTimeout(deadline);
    await chromium.close();
    await site.shutdown();
  }
}
