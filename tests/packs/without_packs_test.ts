// A checkout without a pack, or without any: it is generated again, and then builds, passes its gate and serves.
import assert from "node:assert/strict";
import { join } from "node:path";
import { packNames } from "../../tools/pack_folders.ts";
import { proofs } from "../support/random/proofs.ts";
import { choices, withoutPacks } from "../support/rigs/without_packs.ts";

/** Whichever packs are left out. */
const STEPS: readonly (readonly string[])[] = [
  ["task", "generate"],
  ["run", "-A", "tools/check_import_direction.ts"],
];

/** The other steps of the gate that know packs; the unit tests ask the sample pack, and are those of every checkout. */
const GATE: readonly (readonly string[])[] = [
  ["fmt", "--check", "packs", "shared", "tests/contract", "tests/support"],
  ["run", "-A", "tools/check_pack_words.ts"],
  ["test", "-A", "--quiet", "--no-check", "tests/contract", "tests/tools/docs_test.ts", "tests/tools/verify_test.ts"],
];

/** Once, where every pack is gone: what imports any of them does not compile there. */
const WITHOUT_ANY: readonly (readonly string[])[] = [
  ["check", "--quiet", "packs", "shared", "stack", "supabase/functions", "tests", "tools", "bench"],
  ["test", "-A", "--quiet", "--no-check", "tests/unit/client/client_test.ts", "tests/unit/http/handler_test.ts"],
];

/** Asks the read function of the checkout itself, over its own registry alone. */
const SERVING = `
import { resources } from "./tools/resources.ts";
import { createHttpRig } from "./tests/support/rigs/http_rig.ts";
import { KEYS } from "./tests/support/fixtures/tokens.ts";
const { ask, source } = createHttpRig({ resources });
for (const { view, reads = [] } of resources) for (const name of [view, ...reads]) source.refresh(name, []);
const answers = [];
for (const path of ["health", "catalog", "openapi.json"]) {
  const response = await ask("/analytics/" + path, { headers: { apikey: KEYS.secret } });
  answers.push([path, response.status, await response.json()]);
}
console.log(JSON.stringify(answers));
`;

const all_choices = await choices();
/** In the proofs each pack is left out alone, and the gate is closed for each: it takes half a minute. */
const is_every_gate = proofs(0, all_choices.length) > 0;

/** The choices of one pack, put together to two: each pack is out in one and in in the other. The last is without any. */
function halves(choices: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const single = choices.slice(0, -1);
  const half = (rest: number) => [...new Set(single.filter((_, nth) => nth % 2 === rest).flat())].sort();
  return [half(0), half(1), ...choices.slice(-1)];
}

for (const left_out of is_every_gate ? all_choices : halves(all_choices)) {
  Deno.test(`a checkout without ${left_out.join(", ")} builds, passes its gate and serves what is left`, () =>
    withoutPacks(left_out, async ({ folder, deno }) => {
      const is_empty = left_out.length === packNames().length;
      const gate = is_empty || is_every_gate ? GATE : [];
      for (const step of [...STEPS, ...gate, ...(is_empty ? WITHOUT_ANY : [])]) {
        const { code, output } = await deno(...step);
        assert.equal(code, 0, `deno ${step.join(" ")}\n${output}`);
      }
      await Deno.writeTextFile(join(folder, "serving.ts"), SERVING);
      const { code, output } = await deno("run", "-A", "--no-check", "serving.ts");
      assert.equal(code, 0, output);
      const [health, catalog, document] = JSON.parse(output.trim().split("\n").at(-1) ?? "");
      assert.deepEqual([health, catalog, document].map(([, status]) => status), [200, 200, 200]);
      const paths: readonly string[] = catalog[2].resources.map(({ path }: { readonly path: string }) => path);
      const packs = new Set(paths.map((path) => path.split("/")[2]));
      for (const pack of left_out) assert.ok(!packs.has(pack) && !(`/${pack}` in document[2].paths), pack);
      assert.deepEqual([...packs].sort(), packNames().filter((pack) => !left_out.includes(pack)));
      const documented = Object.keys(document[2].paths);
      for (const path of paths) assert.ok(documented.includes(path.slice("/analytics".length)), path);
    }));
}
