// The build of the pages, where it cannot succeed: on a machine without the network, and of sources that do not build.
import { equal, match, rejects } from "node:assert/strict";
import { join } from "node:path";
import { buildPages } from "../../stack/pages/build.ts";
import { StackError } from "../../stack/stack_error.ts";
import { projectFolder } from "../../tools/pack_folders.ts";
import { copyFolder } from "../support/rigs/project_copy.ts";

/** A copy of what the build reads, with the packages of the project if they are there. */
async function withCopy(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-app-" });
  try {
    for (const name of ["app", "shared/client"]) await copyFolder(name, folder);
    await Deno.mkdir(join(folder, "packs"));
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("without the network the build says what to do, and leaves nothing half-built", () =>
  withCopy(async (folder) => {
    // The port of nothing, asked once.
    const unreachable = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" };
    const empty_cache = { npm_config_cache: join(folder, "cache") };
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--config", join(projectFolder, "deno.json"), inOwnProcess(folder)],
      env: { ...unreachable, ...empty_cache },
    }).output();
    equal(code, 0);
    const said = new TextDecoder().decode(stdout);
    match(said, /"npm ci" failed in [^]*ECONNREFUSED[^]*→ see that Node\.js/);
    await rejects(Deno.stat(join(folder, "app/dist")), Deno.errors.NotFound);
  }));

function inOwnProcess(folder: string): string {
  const module = join(projectFolder, "stack/pages/build.ts");
  return `const { buildPages } = await import(${JSON.stringify(`file://${module}`)});
await buildPages(${JSON.stringify(folder)}, () => {}).catch((error) => console.log(error.message));`;
}

Deno.test("pages whose sources do not build leave those of before in their place", () =>
  withCopy(async (folder) => {
    const built = await buildPages(folder, () => {});
    const before = await Deno.readTextFile(join(built, "index.html"));
    await Deno.writeTextFile(join(folder, "app/main.tsx"), "this is no TypeScript");
    await rejects(buildPages(folder, () => {}), (error) => {
      return error instanceof StackError && /vite build" failed/.test(error.message);
    });
    equal(await Deno.readTextFile(join(built, "index.html")), before);
  }));
