import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { freePort } from "../../stack/free_port.ts";
import type { InstalledPackage } from "./installed_package.ts";

const NEXT = "next@16.4.6";
const source = fileURLToPath(new URL("./react_query/next", import.meta.url));
const DAYS = /<li>2026-11-14<\/li><li>2026-11-13<\/li>/;

/** Builds an application of Next.js over the installed client, and visits its page as two people. */
export async function tryNext(installed: InstalledPackage, given: Readonly<Record<string, string>>): Promise<void> {
  await installed.run("npm", "install", "--silent", "--no-audit", "--no-fund", NEXT);
  await installed.run("cp", "-R", `${source}/app`, "app");
  const settings = `NEXT_PUBLIC_PROJECT_URL=${given["url"]}\nNEXT_PUBLIC_PROJECT_KEY=${given["key"]}\n`;
  await Deno.writeTextFile(`${installed.folder}/.env`, `${settings}NEXT_TELEMETRY_DISABLED=1\n`);
  await installed.run("node", "node_modules/next/dist/bin/next", "build");
  const port = freePort();
  const server = new Deno.Command("node", {
    args: ["node_modules/next/dist/bin/next", "start", "--port", String(port), "--hostname", "127.0.0.1"],
    cwd: installed.folder,
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const page = (cookie: string) => fetch(`http://127.0.0.1:${port}/`, { headers: { cookie } });
    await untilUp(page);
    const admin = `viewer=admin; token=${given["adminToken"]}`;
    assert.match(await (await page(admin)).text(), DAYS);
    // Nobody is shown what the server has just rendered for somebody else.
    assert.doesNotMatch(await (await page("viewer=stranger; token=no")).text(), DAYS);
    assert.doesNotMatch(await (await page("")).text(), DAYS);
    assert.match(await (await page(admin)).text(), DAYS);
  } finally {
    server.kill("SIGTERM");
    await server.status;
  }
}

async function untilUp(page: (cookie: string) => Promise<Response>): Promise<void> {
  for (let left = 100;; left--) {
    try {
      await (await page("")).body?.cancel();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
