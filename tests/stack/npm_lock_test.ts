import { deepEqual, ok } from "node:assert/strict";
import { EDGE_RUNTIME_VERSION } from "../../stack/functions/edge_runtime.ts";

const folder = new URL("../../stack/", import.meta.url);

Deno.test("every package of the stack's lock file has an integrity hash, or stack/README.md names it as one without", async () => {
  const { packages } = JSON.parse(await Deno.readTextFile(new URL("npm/package-lock.json", folder)));
  const readme = await Deno.readTextFile(new URL("README.md", folder));
  const without = Object.entries<{ integrity?: string; link?: boolean }>(packages)
    // The project itself, and what lies beside it and is ours.
    .filter(([path, { link }]) => path.startsWith("node_modules/") && link !== true)
    .filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ""))
    .map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
  const named = [...readme.matchAll(/`(@(?:supabase\/cli|deno\/\w+)-[\w-]+)`/g)].map(([, name]) => name);
  deepEqual(without.sort(), [...new Set(named)].sort());
  ok(Object.keys(packages).length > 100);
});

Deno.test("stack/README.md names the edge runtime's version that the one constant holds", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", folder));
  const named = [...readme.matchAll(/\bDeno (\d+\.\d+\.\d+)/g)].map(([, version]) => version);
  deepEqual([...new Set(named)], [EDGE_RUNTIME_VERSION]);
});
