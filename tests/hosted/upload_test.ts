// What a deployment uploads, and what it would run: held to the deployed runtime's version, to the lock file, to a budget.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { brotliCompressSync, constants } from "node:zlib";
import { join } from "node:path";
import type { FoundFunction } from "../../stack/functions/discovery.ts";
import { EDGE_RUNTIME_VERSION } from "../../stack/functions/edge_runtime.ts";
import { deployedPackages, lockedVersions, type Package } from "../support/hosted/deployed_packages.ts";
import { startManagementApi } from "../../stack/management_api/mod.ts";
import { deployFunctions } from "../../stack/supabase_cli.ts";
import { deploy, type Deployment, projectFolder, runDeployed } from "../support/hosted/deployment.ts";
import { missingNames } from "../support/hosted/runtime_names.ts";

let deployment: Deployment;
let packages: ReadonlyMap<string, readonly Package[]>;
Deno.test.beforeAll(async () => {
  deployment = await deploy();
  const found = deployment.functions.map(async (one) =>
    [one.name, await deployedPackages(deployment.runtime, one)] as const
  );
  packages = new Map(await Promise.all(found));
});
Deno.test.afterAll(() => deployment.stop());

function upload(name: string, body: () => Promise<void>): void {
  Deno.test({ name, fn: body, sanitizeOps: false, sanitizeResources: false });
}

async function textsOf(name: string): Promise<Record<string, string>> {
  const files = Object.entries(deployment.files[name] ?? {}).filter(([path]) => path.endsWith(".ts"));
  return Object.fromEntries(
    await Promise.all(files.map(async ([path, file]) => [path, await Deno.readTextFile(file)] as const)),
  );
}

function everyFunction(test: (found: FoundFunction) => Promise<void>): () => Promise<void> {
  return async () => {
    ok(deployment.functions.length >= 2);
    for (const found of deployment.functions) await test(found);
  };
}

/** Of a pack: its resources, and what they import from beside them. */
const DEPLOYED =
  /^shared\/(?!client\/)|^packs\/(?:registry|\w+\/(?:resources\/\w+|functions\/[\w-]+\/\w+|(?!verify\.|demo\.)\w+))\.tsx?$|^packs\/openapi\.json$/;

upload(
  "only files of the function, of shared/ and of packs/ are uploaded, and none of the client, of tests or of what stays at home",
  everyFunction(async ({ name }) => {
    const paths = Object.keys(deployment.files[name] ?? {});
    ok(paths.length > 20);
    const own = [`supabase/functions/${name}/index.ts`, `supabase/functions/${name}/deno.json`];
    deepEqual(paths.filter((path) => !DEPLOYED.test(path)).sort(), own.sort());
    await Promise.resolve();
  }),
);

upload(
  `Deno ${EDGE_RUNTIME_VERSION} has every node: and Deno name that the uploaded files use`,
  everyFunction(async ({ name }) => {
    deepEqual(await missingNames(deployment.runtime, await textsOf(name)), []);
  }),
);

upload(
  `the uploaded files hold under the type checker of Deno ${EDGE_RUNTIME_VERSION}, which knows what JavaScript it has`,
  async () => {
    // All in one run, since most of its time goes into the types of packages that they share.
    const imports: Record<string, string> = {};
    for (const { config } of deployment.functions) {
      const own: Record<string, string> = JSON.parse(await Deno.readTextFile(config)).imports;
      for (const [name, target] of Object.entries(own)) equal(imports[name] ??= target, target, name);
    }
    const config = await Deno.makeTempFile({ suffix: ".json" });
    await Deno.writeTextFile(config, JSON.stringify({ imports }));
    const entrypoints = deployment.functions.map(({ entrypoint }) => entrypoint);
    const args = ["check", "--quiet", "--no-lock", "--config", config, ...entrypoints];
    const { success, stderr } = await runDeployed(deployment.runtime, args);
    await Deno.remove(config);
    ok(success, stderr);
  },
);

upload(
  "no import is computed: the CLI uploads what is named by a text alone",
  everyFunction(async ({ name }) => {
    deepEqual(computedImports(await textsOf(name)), []);
  }),
);

upload("a planted import that is computed is found, with its file", async () => {
  const planted = {
    "template.ts": "const load = (pack: string) => import(`../packs/${pack}.ts`);",
    "name.ts": "await import(\n  name\n);",
    "text.ts": 'await import("./a.ts"); await import(\n  "./b.ts"\n); import.meta.url;',
  };
  deepEqual(computedImports(planted), ["template.ts", "name.ts"]);
  await Promise.resolve();
});

/** Files that load what only the run would tell. */
function computedImports(files: Readonly<Record<string, string>>): string[] {
  return Object.keys(files).filter((file) => /\bimport\s*\(\s*(?!["'\s])/.test(files[file] ?? ""));
}

upload("a planted use of node:crypto's hash is named, with its file", async () => {
  const planted = { "shared/adapters/runtime/sha256.ts": 'import { createHash, hash as digest } from "node:crypto";' };
  deepEqual(await missingNames(deployment.runtime, planted), [
    "node:crypto hash, in shared/adapters/runtime/sha256.ts",
  ]);
});

upload("planted names that are too new are found wherever they stand", async () => {
  const planted = { "a.ts": 'const load = () => import("node:sqlite");\nDeno.bundle(load);\nDeno.env.get("A");' };
  deepEqual(await missingNames(deployment.runtime, planted), ["node:sqlite, in a.ts", "Deno.bundle, in a.ts"]);
});

upload("a name that is too new is found in whatever form it is asked for", async () => {
  const forms = {
    "default.ts": 'import crypto from "node:crypto";\ncrypto.hash("sha256", "");',
    "whole.ts": 'import * as $c from "node:crypto";\n$c\n  .hash("sha256", "");',
    "loaded.ts": 'const { createHash, hash: digest } = await import("node:crypto");',
    "kept.ts": 'const later = await import("node:crypto");\nlater.hash("sha256", "");',
    "at_once.ts": '(await import("node:crypto")).hash("sha256", "");',
    "handed_on.ts": 'export { createHash, hash } from "node:crypto";',
  };
  deepEqual(
    await missingNames(deployment.runtime, forms),
    Object.keys(forms).map((file) => `node:crypto hash, in ${file}`),
  );
  const globals = {
    "quoted.ts": 'Deno["bundle"]({});',
    "taken.ts": "const { bundle, env: environment } = Deno;",
    "asked.ts": "Deno?.bundle;",
  };
  deepEqual(
    await missingNames(deployment.runtime, globals),
    Object.keys(globals).map((file) => `Deno.bundle, in ${file}`),
  );
  const there =
    'import type { Hash } from "node:nowhere";\nimport crypto, { type Hmac } from "node:crypto";\ncrypto.createHash;';
  deepEqual(await missingNames(deployment.runtime, { "there.ts": there }), ["node:nowhere, in there.ts"]);
});

upload(
  "a planted use of a newer JavaScript function does not pass the runtime's type checker",
  async () => {
    const file = join(await Deno.makeTempDir(), "newer.ts");
    await Deno.writeTextFile(file, "Temporal.Now.instant(); Promise.try(() => 1);");
    const { success, stderr } = await runDeployed(deployment.runtime, ["check", "--quiet", "--no-lock", file]);
    ok(!success);
    match(stderr, /Temporal/);
    match(stderr, /try/);
    await Deno.remove(join(file, ".."), { recursive: true });
  },
);

upload("each package that a function loads has the version, and the only one, that the lock file has", async () => {
  const locked = await lockedVersions();
  for (const [name, found] of packages) {
    ok(found.length > 5, name);
    const other = found.filter((one) => !NEVER_LOADED.has(one.name) && !locked.has(`${one.name}@${one.version}`));
    deepEqual(other.map((one) => `${name}: ${one.name}@${one.version}`), []);
    // Preact and what renders it name each other as peers, so the graph has both twice, of one version.
    const twice = found.filter((one) => found.some((two) => two.name === one.name && two.version !== one.version));
    deepEqual(twice.map((one) => `${name}: ${one.name}@${one.version}`), []);
  }
});

/** Packages that come with others and that the runtime never loads for us, so that their versions decide nothing. */
const NEVER_LOADED: ReadonlySet<string> = new Set(["@supabase/middleware", "std-env"]);

upload("a function that is deployed alone takes effect by itself", async () => {
  const folder = await Deno.makeTempDir({ prefix: "freshet-deployed-" });
  const api = await startManagementApi(folder);
  try {
    await deployFunctions({ ...api.project, projectFolder }, ["cron-audit"]);
    deepEqual(api.functions().map(({ name }) => name), ["cron-audit"]);
  } finally {
    await api.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

/** Megabytes of a function with its whole packages; the platform takes 20, compressed. A tenth above 2026-11-29. */
const BUDGETS: Readonly<Record<string, { readonly unpacked: number; readonly compressed: number }>> = {
  analytics: { unpacked: 24.5, compressed: 2.2 },
  "clerk-reconcile": { unpacked: 17.3, compressed: 1.9 },
  "clerk-webhook": { unpacked: 16, compressed: 1.7 },
  "cron-audit": { unpacked: 49.5, compressed: 4 },
  "digest-replies": { unpacked: 16, compressed: 1.7 },
  export: { unpacked: 24.5, compressed: 2.2 },
  "weekly-digest": { unpacked: 20.8, compressed: 2.1 },
};

/** As quick as gzip, and like the platform's it sees that packages hold each module two or three times. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 24 } };

upload("what is deployed weighs no more than it did, whole packages counted", async () => {
  deepEqual(Object.keys(BUDGETS), deployment.functions.map(({ name }) => name));
  const heavier: string[] = [];
  for (const [name, budget] of Object.entries(BUDGETS)) {
    const folders = (packages.get(name) ?? []).map(({ folder }) => folder);
    const files = [...Object.values(deployment.files[name] ?? {}), ...(await Promise.all(folders.map(filesOf))).flat()];
    const contents = await Promise.all(files.map((file) => Deno.readFile(file)));
    const whole = Buffer.concat(contents);
    const [unpacked, compressed] = [whole.length, brotliCompressSync(whole, BROTLI).length].map((bytes) =>
      bytes / 1_000_000
    );
    const is_within = (unpacked ?? Infinity) <= budget.unpacked && (compressed ?? Infinity) <= budget.compressed;
    if (!is_within) heavier.push(`${name}: ${unpacked} MB, ${compressed} MB compressed`);
  }
  deepEqual(heavier, []);
});

async function filesOf(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    if (isDirectory) files.push(...await filesOf(join(folder, name)));
    else if (isFile) files.push(join(folder, name));
  }
  return files;
}
upload("no version of a package that a function loads is left to the day of the deployment", async () => {
  for (const { name, config } of deployment.functions) {
    const { imports } = JSON.parse(await Deno.readTextFile(config)) as { imports: Record<string, string> };
    const pinned = new Set(Object.values(imports).map((one) => PINNED.exec(one)?.[1]));
    const found = packages.get(name) ?? [];
    const floating = found.flatMap(({ ranges }) => Object.entries(ranges))
      .filter(([other, range]) => !ONE_VERSION.test(range) && found.some((one) => one.name === other))
      .map(([other]) => other);
    deepEqual(
      [...new Set(floating)].filter((one) => !pinned.has(one) && !NEVER_LOADED.has(one) && one !== FLOATS),
      [],
      `${name}: import it where it is loaded, as shared/adapters/supabase/verify_credentials.ts does`,
    );
  }
});

/**
 * An optional peer of supabase-js and of Redis' client as well: named in the import map it would be joined to both. What
 * floats here is a set of functions that do nothing; that its version is the lock file's is held above.
 */
const FLOATS = "@opentelemetry/api";

const PINNED = /^npm:((?:@[^/]+\/)?[^@/]+)@\d+\.\d+\.\d+(?:\/|$)/;
/** An exact version, or a range that holds one only. */
const ONE_VERSION = /^(?:\^0\.0\.)?[\d.]+$/;

upload("what is said never to be loaded is not: every adapter loads although it would throw", async () => {
  let poisoned_count = 0;
  for (const { name, config } of deployment.functions) {
    const poisoned = (packages.get(name) ?? []).filter((one) => NEVER_LOADED.has(one.name));
    if (poisoned.length === 0) continue;
    poisoned_count += 1;
    const scripts = (await Promise.all(poisoned.map(({ folder }) => filesOf(folder)))).flat()
      .filter((file) => /\.[cm]?js$/.test(file));
    ok(scripts.length > 0);
    const folder = join(config, "..", "..", "..", "..");
    const adapters = Object.keys(deployment.files[name] ?? {}).filter((path) => path.startsWith("shared/adapters/"));
    const everything = join(folder, "everything.ts");
    await Deno.writeTextFile(everything, adapters.map((path) => `import "./${path}";\n`).join(""));
    const load = ["run", "--no-lock", "--cached-only", "--config", config, "-A", everything];
    const before = await runDeployed(deployment.runtime, load);
    ok(before.success, before.stderr);
    for (const script of scripts) await Deno.writeTextFile(script, 'throw new Error("loaded");');
    const after = await runDeployed(deployment.runtime, load);
    ok(after.success, after.stderr);
  }
  ok(poisoned_count > 0);
});
