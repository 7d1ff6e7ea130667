// deno task ok: the fast gate, cheapest checks first. No database, no network.
import { spread } from "./pack_folders.ts";
import { pathsOf } from "./test/suites.ts";

/** The pages run in a browser: they have a configuration of their own, and packages that only their build installs. */
const config = ["--config", "app/deno.json"];
const of_packs = await spread(["packs/*/pages"]);
const pages = [...config, "app", ...of_packs];
const env = { DENO_NO_PACKAGE_JSON: "1" };

interface Step {
  readonly what: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const steps: readonly Step[] = [
  { what: "format", args: ["fmt", "--check"] },
  { what: "lint", args: ["lint"] },
  {
    what: "types",
    args: ["check", "shared", "cli", "supabase/functions", "packs", "stack", "tools", "tests", "bench", "samples"],
  },
  { what: "format of the pages", args: ["fmt", "--check", ...pages], env },
  { what: "lint of the pages", args: ["lint", ...pages], env },
  { what: "types of the pages", args: ["check", ...config, "app/main.tsx", "app/tests", ...of_packs], env },
  { what: "tests of the pages", args: ["test", "-A", "--quiet", "--no-check", ...config, "app/tests"], env },
  { what: "imports point one way", args: ["run", "-A", "tools/check_import_direction.ts"] },
  { what: "no pack is named outside of packs", args: ["run", "-A", "tools/check_pack_words.ts"] },
  { what: "the prose is plain", args: ["run", "-A", "tools/check_words.ts"] },
  { what: "registry of resources is current", args: ["run", "-A", "tools/generate_registry.ts", "--check"] },
  { what: "functions of packs are current", args: ["run", "-A", "tools/generate_functions.ts", "--check"] },
  { what: "functions' import maps are current", args: ["run", "-A", "tools/sync_function_imports.ts", "--check"] },
  { what: "the client's types are current", args: ["run", "-A", "tools/generate_client.ts", "--check"] },
  { what: "the runbook that is served is current", args: ["run", "-A", "tools/generate_runbook.ts", "--check"] },
  { what: "the page of faults is current", args: ["run", "-A", "tools/fault_table.ts", "--check"] },
  {
    what: "unit and contract tests",
    args: ["test", "-A", "--quiet", "--no-prompt", ...await spread(pathsOf("unit"))],
  },
];

let failures = 0;
for (const { what, args, env = {} } of steps) {
  const started = Date.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args], env }).output();
  console.log(`${success ? "ok    " : "FAILED"} ${what} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (success) continue;
  failures++;
  await Deno.stderr.write(stdout);
  await Deno.stderr.write(stderr);
}
console.log(failures === 0 ? "The gate is open" : `The gate is closed: ${failures} of ${steps.length} steps failed`);
Deno.exit(failures === 0 ? 0 : 1);
