import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findViolations } from "../../tools/check_import_direction.ts";

const GOOD = {
  "deno.json": '{ "imports": { "zod": "npm:zod@4.6.7" } }',
  "shared/core/resource.ts": "export const resource = 1;\n",
  "shared/http/routes.ts": 'import "../core/resource.ts";\n',
  "shared/adapters/csv.ts": 'import "../core/resource.ts";\nimport "zod";\n',
  "packs/study/resources/lanes.ts": 'import "../../../shared/core/resource.ts";\n',
  "packs/registry.ts": 'import "./study/resources/lanes.ts";\n',
  "shared/client/mod.ts": 'export { a } from "./a.ts";\n',
  "shared/client/a.ts": "export const a = 1;\n",
  "supabase/functions/analytics/index.ts":
    'import "../../../shared/http/routes.ts";\nimport "../../../packs/registry.ts";\nconsole.log("up");\n',
};

/** The violations of a small project: a good one, with these files written over it. */
async function violationsOf(planted: Record<string, string>): Promise<string[]> {
  const project = await mkdtemp(join(tmpdir(), "freshet-arrows-"));
  try {
    for (const [path, text] of Object.entries({ ...GOOD, ...planted })) {
      await mkdir(dirname(join(project, path)), { recursive: true });
      await writeFile(join(project, path), text);
    }
    return await findViolations(project);
  } finally {
    await rm(project, { recursive: true });
  }
}

Deno.test("a tree whose imports point one way has no violation", async () => {
  assert.deepEqual(await violationsOf({}), []);
});

Deno.test("this tree has no violation", async () => {
  assert.deepEqual(await findViolations(fileURLToPath(new URL("../../", import.meta.url))), []);
});

const PLANTED: readonly (readonly [string, Record<string, string>, RegExp])[] = [
  ["core that imports http", { "shared/core/a.ts": 'import "../http/routes.ts";' }, /core may not import http/],
  [
    "core that imports a pack as a type",
    { "shared/core/a.ts": 'import type { X } from "../../packs/study/resources/lanes.ts";' },
    /core may not import packs/,
  ],
  [
    "core that loads an adapter lazily",
    { "shared/core/a.ts": 'export const a = () => import("../adapters/csv.ts");' },
    /core may not import adapters/,
  ],
  [
    "core that imports node",
    { "shared/core/a.ts": 'import "node:crypto";' },
    /package node:crypto: core may import zod/,
  ],
  ["core that imports a vendor", { "shared/core/a.ts": 'import "@upstash/redis";' }, /package @upstash\/redis/],
  ["core that names Deno", { "shared/core/a.ts": 'export const a = Deno.env.get("A");' }, /names Deno/],
  [
    "http that imports an adapter",
    { "shared/http/a.ts": 'import "../adapters/csv.ts";' },
    /http may not import adapters/,
  ],
  [
    "http that imports a pack",
    { "shared/http/a.ts": 'import "../../packs/registry.ts";' },
    /http may not import registry/,
  ],
  ["http that imports a vendor", { "shared/http/a.ts": 'import "npm:hono@4";' }, /package hono/],
  [
    "an adapter that imports http",
    { "shared/adapters/a.ts": 'import "../http/routes.ts";' },
    /adapters may not import http/,
  ],
  [
    "a pack that reaches into core",
    { "shared/core/b.ts": "", "packs/study/resources/a.ts": 'import "../../../shared/core/b.ts";' },
    /packs may not import core/,
  ],
  [
    "a pack that imports another pack",
    { "packs/trade/resources/a.ts": 'import "../../study/resources/lanes.ts";' },
    /a pack may not import another pack/,
  ],
  [
    "a pack's test that imports another pack",
    { "packs/trade/tests/unit/a_test.ts": 'import "../../../study/resources/lanes.ts";' },
    /a pack may not import another pack/,
  ],
  [
    "a pack whose resource imports what is for tests",
    {
      "packs/study/tests/support/a.ts": "",
      "packs/study/resources/a.ts": 'import "../tests/support/a.ts";',
    },
    /packs may not import workbench/,
  ],
  [
    "a function that imports a package",
    { "supabase/functions/analytics/index.ts": 'import "zod";' },
    /functions may import none/,
  ],
  [
    "a client that imports a pack as a type",
    { "shared/client/a.ts": 'import type { X } from "../../packs/study/resources/lanes.ts";' },
    /client may not import packs/,
  ],
  ["a client that imports zod", { "shared/client/a.ts": 'import "zod";' }, /package zod: client may import none/],
  ["a client that imports node", { "shared/client/a.ts": 'import "node:url";' }, /package node:url/],
  ["a client that names Deno", { "shared/client/a.ts": 'export const a = Deno.env.get("A");' }, /names Deno/],
  ["a function with logic", { "supabase/functions/analytics/index.ts": "// line\n".repeat(26) }, /has 26 lines/],
  ["an adapter that writes to the console", { "shared/adapters/a.ts": 'console.log("x");' }, /uses the console/],
  ["a console in disguise", { "shared/http/a.ts": "export const { log } = globalThis.console;" }, /uses the console/],
  ["a file of no part", { "shared/utils/a.ts": "" }, /belongs to no part/],
  [
    "an import from outside the project",
    { "shared/core/a.ts": 'import "../../../nowhere.ts";' },
    /outside the project|Cannot read/,
  ],
];

for (const [what, planted, message] of PLANTED) {
  Deno.test(`the import check goes red on ${what}`, async () => {
    const violations = await violationsOf(planted).catch((error: Error) => [error.message]);
    assert.equal(violations.length, 1, violations.join("\n"));
    assert.match(violations[0] ?? "", message);
  });
}
