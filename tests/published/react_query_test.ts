import assert from "node:assert/strict";
import { proofs } from "../support/random/proofs.ts";
import { resultOfPage } from "./chromium_page.ts";
import { type InstalledPackage, installPackage } from "./installed_package.ts";
import { tryNext } from "./next_project.ts";
import { REACT_PACKAGES, WITH_TYPES } from "./react_packages.ts";
import { startScenarioProject } from "./scenario_project.ts";

const here = (name: string) => new URL(`./react_query/${name}`, import.meta.url);

async function write(installed: InstalledPackage, name: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${installed.folder}/${name}`, text);
}

/** Bundles a module of tests/published/react_query as an application's bundler would. */
async function bundle(installed: InstalledPackage, name: string): Promise<string> {
  await write(installed, name, await Deno.readTextFile(here(name)));
  return await installed.run(
    Deno.execPath(),
    "bundle",
    "--quiet",
    "--node-modules-dir=manual",
    "--platform",
    "browser",
    name,
  );
}

/** Runs the bundle in a page of Chromium; gives what the page sends back. */
async function runPage(source: string, given: unknown): Promise<unknown> {
  const html = `<!doctype html><meta charset="utf-8"><div id="root"></div>` +
    `<script>globalThis.given = ${JSON.stringify(given)}</script><script type="module" src="/page.js"></script>`;
  return await resultOfPage(html, (pathname) => Promise.resolve(pathname === "/page.js" ? source : null));
}

Deno.test("the queries of the packed client, installed beside TanStack Query and React", async (test) => {
  const installed = await installPackage(REACT_PACKAGES);
  const project = await startScenarioProject();
  try {
    await test.step("in Chromium ask once, keep to their bound, and show nobody what another person asked", async () => {
      assert.deepEqual(await runPage(await bundle(installed, "page.js"), project.given), {
        asked_once_by_two_components: [1, ["71", "71"]],
        again_within_its_bound: 0,
        after_invalidation: [1, "the same rows"],
        in_a_page_that_a_server_filled: [0, 71],
        next_page: [["2026-11-14", "2026-11-13"], ["2026-11-12", "2026-11-11"]],
        shown_to_the_next_viewer_first: ["…"],
        asked_for_the_next_viewer: 1,
        kept_after_sign_out: 0,
        refused: ["FORBIDDEN", 1],
        // Nothing was answered: the request ended with the query.
        left: ["aborted", 0],
      });
    });

    await test.step("on a server fill a page that asks nothing when it renders", async () => {
      await write(installed, "server.js", await Deno.readTextFile(here("server.js")));
      await write(installed, "given.json", JSON.stringify(project.given));
      assert.deepEqual(JSON.parse(await installed.run("node", "server.js")), {
        asked: 1,
        html: "<p>71</p>",
        html_of_another_visitor: "<p>…</p>",
      });
    });

    await test.step("carry the types of parameters and rows into each hook", async () => {
      await write(installed, "typed.mts", await Deno.readTextFile(here("typed.ts")));
      const flags = [...WITH_TYPES, "typed.mts"];
      const tsc = `${installed.folder}/node_modules/typescript/bin/tsc`;
      const said = await installed.run("node", tsc, ...flags).catch((error: Error) => error.message);
      const source = await Deno.readTextFile(here("typed.ts"));
      const refused = source.split("\n").flatMap((line, index) =>
        line.endsWith("// refused") ? [String(index + 1)] : []
      );
      assert.ok(refused.length >= 5);
      const places = new Set([...said.matchAll(/\((\d+),\d+\): error/g)].map(([, line]) => line));
      assert.deepEqual([...places], refused, said);
    });

    await test.step("every example of docs/react.md compiles", async () => {
      const page = await Deno.readTextFile(new URL("../../docs/react.md", import.meta.url));
      const blocks = [...page.matchAll(/^```tsx\n(.*?)^```$/gms)].map(([, block = ""]) => block);
      assert.equal(blocks.length, 3);
      const names = blocks.map((_block, index) => `example_${index}.tsx`);
      for (const [index, block] of blocks.entries()) {
        await write(installed, names[index] ?? "", `import type { JSX } from "react";\n${block}`);
      }
      const tsc = `${installed.folder}/node_modules/typescript/bin/tsc`;
      const flags = ["--jsx", "react-jsx", ...WITH_TYPES, ...names];
      assert.equal(await installed.run("node", tsc, ...flags).catch((error: Error) => error.message), "");
    });

    if (proofs(0, 1) > 0) {
      await test.step("in Next.js, whose server fills its page for each visitor and for nobody else", async () => {
        await tryNext(installed, project.given);
      });
    }
  } finally {
    await project.stop();
    await installed.remove();
  }
});
