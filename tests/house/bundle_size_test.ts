// What a function weighs before it does anything: a new isolate loads this much. It grows by a decision, and not unseen.
import assert from "node:assert/strict";

interface Budget {
  readonly name: string;
  /** Kilobytes that a new isolate loads at once, and with everything that it may load later. */
  readonly at_once: number;
  readonly whole: number;
}

/**
 * A tenth above what they weighed on 2026-11-21, and on 2026-11-29 for what is loaded at once: of the audit that has all of
 * supabase-js in it, which `@supabase/server` loads in any case, and which a bundle left out before it was named. zod is
 * 454 of each whole, and comes with the first request of a read. The list of resources is loaded at once, some 20 bytes each; the
 * runbook, a tenth of the whole, when a page of it is asked for. The whole grew by 85 on 2026-11-30: one more page of the
 * runbook, and the paths of one more pack in the OpenAPI document, which is loaded when it is asked for; and by 44, the
 * endpoints of the console and their paths in that document; and by 5, which server of the read address answers. The read
 * function had 18.49 at once, and has 18.56 since it is given the OpenAPI document.
 */
const BUDGETS: readonly Budget[] = [
  { name: "analytics", at_once: 19, whole: 1_685 },
  { name: "export", at_once: 40, whole: 1_700 },
  { name: "cron-audit", at_once: 655, whole: 920 },
];

const FUNCTIONS = new URL("../../supabase/functions/", import.meta.url).pathname;

/** A word that only Sentry's SDK has, and one that only supabase-js has. */
const SENTRY = "captureCheckIn";
const SUPABASE = "GoTrueClient";

/** The files of a function's bundle, those that its entry imports at once first. */
async function bundle(name: string): Promise<{ readonly at_once: string; readonly whole: string }> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-bundle-" });
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["bundle", "--quiet", "--no-lock", "--minify", "--code-splitting", "--platform", "deno"],
        ...["--config", `${FUNCTIONS}${name}/deno.json`, "--outdir", folder, `${FUNCTIONS}${name}/index.ts`],
      ],
      stdout: "null",
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const files = new Map<string, string>();
    for await (const { name } of Deno.readDir(folder)) files.set(name, await Deno.readTextFile(`${folder}/${name}`));
    const eager = [...reached("index.js", files)].map((file) => files.get(file) ?? "");
    return { at_once: eager.join("\n"), whole: [...files.values()].join("\n") };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The file and what it imports, and what that imports; not what is imported when it is asked for. */
function reached(file: string, files: ReadonlyMap<string, string>, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, other = ""] of (files.get(file) ?? "").matchAll(/\b(?:from|import)"\.\/([\w.-]+)"/g)) {
    reached(other, files, found);
  }
  return found;
}

for (const { name, at_once, whole } of BUDGETS) {
  Deno.test(`a new isolate of ${name} loads at most ${at_once} KB at once, ${whole} KB in all`, async () => {
    const bundled = await bundle(name);
    const sizes = [bundled.at_once, bundled.whole].map((text) => Math.round(text.length / 1_000));
    assert.ok(sizes[0] !== undefined && sizes[0] > 0 && sizes[0] <= at_once, `${sizes[0]} KB at once`);
    assert.ok(sizes[1] !== undefined && sizes[1] <= whole, `${sizes[1]} KB in all`);
  });
}

Deno.test("the read function never loads Sentry's SDK, and supabase-js only when somebody asks", async () => {
  const read = await bundle("analytics");
  assert.ok(!read.whole.includes(SENTRY));
  assert.ok(!read.at_once.includes(SUPABASE));
  assert.ok(read.whole.includes(SUPABASE), "supabase-js has lost the word that it is known by");
  assert.ok(
    (await bundle("cron-audit")).at_once.includes(SENTRY),
    "Sentry's SDK has lost the word that it is known by",
  );
});
