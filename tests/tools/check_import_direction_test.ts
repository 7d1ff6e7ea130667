import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findViolations } from "../../tools/check_import_direction.ts";

const GOOD = {
  "deno.json": '{ "imports": { "zod": "npm:zod@4.6.7" } }',
  "shared/kernel/ports.ts": "export const ports = 1;\n",
  "shared/resource/resource.ts": 'import "../kernel/ports.ts";\nexport const resource = 1;\n',
  "shared/access/scope.ts": 'import "../resource/resource.ts";\n',
  "shared/cache/event.ts": 'import "../kernel/ports.ts";\n',
  "shared/limits/limiter.ts": 'import "../cache/event.ts";\n',
  "shared/read/page.ts": 'import "../access/scope.ts";\nimport "../cache/event.ts";\n',
  "shared/audit/run.ts": 'import "../kernel/ports.ts";\n',
  "shared/ops/health.ts": 'import "../read/page.ts";\nimport "../audit/run.ts";\n',
  "shared/platform.ts": 'import "./ops/health.ts";\n',
  "shared/http/routes.ts": 'import "../platform.ts";\nimport "../resource/resource.ts";\n',
  "shared/adapters/csv.ts": 'import "../platform.ts";\nimport "zod";\n',
  "shared/functions/read.ts": 'import "../http/routes.ts";\nimport "../adapters/csv.ts";\nconsole.log("up");\n',
  "packs/study/resources/lanes.ts": 'import "../../../shared/resource/resource.ts";\n',
  "packs/study/functions/mail/index.ts": 'import "./letter.ts";\nconsole.log("up");\n',
  "packs/study/functions/mail/letter.ts": 'import "../../../../shared/http/routes.ts";\nimport "zod";\n',
  "supabase/functions/mail/index.ts": 'export * from "../../../packs/study/functions/mail/index.ts";\n',
  "packs/registry.ts": 'import "./study/resources/lanes.ts";\n',
  "shared/client/mod.ts": 'export { a } from "./a.ts";\n',
  "shared/client/a.ts": "export const a = 1;\n",
  "stack/main.ts": 'import "./part.ts";\n',
  "stack/part.ts": "export const part = 1;\n",
  "supabase/functions/analytics/index.ts":
    'import "../../../shared/functions/read.ts";\nimport "../../../packs/registry.ts";\nconsole.log("up");\n',
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
  [
    "a kernel that imports a room",
    { "shared/kernel/a.ts": 'import "../cache/event.ts";' },
    /kernel may not import cache/,
  ],
  ["a read path that imports http", { "shared/read/a.ts": 'import "../http/routes.ts";' }, /read may not import http/],
  [
    "a read path that imports limits",
    { "shared/read/a.ts": 'import "../limits/limiter.ts";' },
    /may not import limits/,
  ],
  ["a cache that imports the read path", { "shared/cache/a.ts": 'import "../read/page.ts";' }, /may not import read/],
  ["access that imports the read path", { "shared/access/a.ts": 'import "../read/page.ts";' }, /may not import read/],
  ["an audit that imports the read path", { "shared/audit/a.ts": 'import "../read/page.ts";' }, /may not import read/],
  ["resources that import ops", { "shared/resource/a.ts": 'import "../ops/health.ts";' }, /may not import ops/],
  [
    "a room that imports a pack as a type",
    { "shared/read/a.ts": 'import type { X } from "../../packs/study/resources/lanes.ts";' },
    /read may not import packs/,
  ],
  [
    "a room that loads an adapter lazily",
    { "shared/audit/a.ts": 'export const a = () => import("../adapters/csv.ts");' },
    /audit may not import adapters/,
  ],
  [
    "a room that imports node",
    { "shared/kernel/a.ts": 'import "node:crypto";' },
    /package node:crypto: kernel may import zod/,
  ],
  ["a room that imports a vendor", { "shared/cache/a.ts": 'import "@upstash/redis";' }, /package @upstash\/redis/],
  ["a room that names Deno", { "shared/ops/a.ts": 'export const a = Deno.env.get("A");' }, /names Deno/],
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
    "a pack that reaches into a room",
    { "shared/resource/b.ts": "", "packs/study/resources/a.ts": 'import "../../../shared/resource/b.ts";' },
    /packs may not import resource/,
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
    /entry points may import none/,
  ],
  [
    "a resource that imports a function of its pack",
    {
      "packs/study/functions/mail/send.ts": "",
      "packs/study/resources/a.ts": 'import "../functions/mail/send.ts";',
    },
    /packs may not import functions of packs/,
  ],
  [
    "a pack's function that imports a package that no function needs",
    { "packs/study/functions/mail/a.ts": 'import "postgres";' },
    /package postgres: functions of packs may import/,
  ],
  [
    "a function that imports what a pack's function is made of in another pack",
    {
      "packs/study/functions/mail/send.ts": "",
      "packs/trade/functions/mail/index.ts": 'import "../../../study/functions/mail/send.ts";',
    },
    /a pack may not import another pack/,
  ],
  [
    "a pack's function whose entry holds logic",
    { "packs/study/functions/mail/index.ts": "// line\n".repeat(26) },
    /has 26 lines/,
  ],
  [
    "a client that imports a pack as a type",
    { "shared/client/a.ts": 'import type { X } from "../../packs/study/resources/lanes.ts";' },
    /client may not import packs/,
  ],
  [
    "the sample data that imports the stack",
    { "samples/oulad/a.ts": 'import "../../stack/part.ts";' },
    /samples may not import no part/,
  ],
  ["a client that imports zod", { "shared/client/a.ts": 'import "zod";' }, /package zod: client may import none/],
  ["a client that imports node", { "shared/client/a.ts": 'import "node:url";' }, /package node:url/],
  ["a client that names Deno", { "shared/client/a.ts": 'export const a = Deno.env.get("A");' }, /names Deno/],
  [
    "two files of a room that import each other",
    { "shared/read/a.ts": 'import "./b.ts";', "shared/read/b.ts": 'import "./a.ts";' },
    /^shared\/read\/a\.ts imports shared\/read\/b\.ts imports shared\/read\/a\.ts: a circle/,
  ],
  [
    "a circle that only a type closes, over three files of the local stack",
    {
      "stack/a.ts": 'import "./b.ts";',
      "stack/b.ts": 'import "./c.ts";',
      "stack/c.ts": 'import type { A } from "./a.ts";',
    },
    /^stack\/a\.ts imports stack\/b\.ts imports stack\/c\.ts imports stack\/a\.ts: a circle/,
  ],
  [
    "a circle between the tools that a lazy import closes",
    { "tools/a.ts": 'import "./b.ts";', "tools/b.ts": 'export const b = () => import("./a.ts");' },
    /^tools\/a\.ts imports tools\/b\.ts imports tools\/a\.ts: a circle/,
  ],
  ["a function with logic", { "supabase/functions/analytics/index.ts": "// line\n".repeat(26) }, /has 26 lines/],
  ["an adapter that writes to the console", { "shared/adapters/a.ts": 'console.log("x");' }, /uses the console/],
  ["a console in disguise", { "shared/http/a.ts": "export const { log } = globalThis.console;" }, /uses the console/],
  ["a file of no part", { "shared/utils/a.ts": "" }, /belongs to no part/],
  [
    "an entry point that puts parts together itself",
    { "supabase/functions/analytics/index.ts": 'import "../../../shared/http/routes.ts";' },
    /entry points may not import http/,
  ],
  [
    "http that imports what puts it together",
    { "shared/http/a.ts": 'import "../functions/mail.ts";', "shared/functions/mail.ts": "" },
    /http may not import functions/,
  ],
  [
    "an import from outside the project",
    { "shared/kernel/a.ts": 'import "../../../nowhere.ts";' },
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
