import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { stoppedState, writeState } from "../../stack/state.ts";
import { localDatabaseUrl } from "../../tools/local_database.ts";
import { projectFolder } from "../../tools/pack_folders.ts";

const GIVEN = "postgresql://given@127.0.0.1:1/db";
const NAMED = "postgresql://named@127.0.0.1:1/db";
const OTHERS = "postgresql://shop:hunter2@127.0.0.1:1/shop";

async function withWorkFolder(test: (ask: Ask, workFolder: string) => Promise<void>): Promise<void> {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  const ask: Ask = (given, variables = {}) => {
    const all: Record<string, string> = { FRESHET_WORK_FOLDER: workFolder, DATABASE_URL: OTHERS, ...variables };
    return localDatabaseUrl(given, (name) => all[name]);
  };
  try {
    await test(ask, workFolder);
  } finally {
    await Deno.remove(workFolder, { recursive: true });
  }
}

type Ask = (given: string | null, variables?: Record<string, string>) => Promise<string>;

Deno.test("new:view and try:view take --db-url over FRESHET_DATABASE_URL, and DATABASE_URL never", () =>
  withWorkFolder(async (ask) => {
    equal(await ask(GIVEN, { FRESHET_DATABASE_URL: NAMED }), GIVEN);
    equal(await ask(null, { FRESHET_DATABASE_URL: NAMED }), NAMED);
    await rejects(ask(null), /There is no database to ask: .*deno task start, or give --db-url URL/);
    await rejects(ask(null, { FRESHET_DATABASE_URL: "" }), /There is no database to ask/);
  }));

Deno.test("new:view and try:view refuse what is no address, and repeat no password: the driver would take another server's", () =>
  withWorkFolder(async (ask) => {
    for (const text of ["", "hunter2", "mysql://u:hunter2@h/db"]) {
      await rejects(ask(text), { message: /^--db-url is no database URL(?!.*hunter2)/ });
    }
    await rejects(ask(null, { FRESHET_DATABASE_URL: "hunter2" }), {
      message: /^FRESHET_DATABASE_URL is no database URL(?!.*hunter2)/,
    });
  }));

Deno.test("new:view and try:view use the local product's database while it runs, and not what a killed one left written", () =>
  withWorkFolder(async (ask, workFolder) => {
    const wait = "await new Promise((resolve) => setTimeout(resolve, 60_000))";
    const running = new Deno.Command(Deno.execPath(), { args: ["eval", wait, "stack/main.ts", "start"] }).spawn();
    try {
      await writeState(workFolder, {
        ...{ ...stoppedState, state: "running", database_url: NAMED },
        ...{ pid: running.pid, children: [] },
      });
      equal(await ask(null), NAMED);
    } finally {
      running.kill();
      await running.status;
    }
    await rejects(ask(null), /There is no database to ask/);
  }));

Deno.test("no command, tool or part asks the shell for DATABASE_URL", async () => {
  const files: string[] = [];
  for (const folder of ["bench", "packs", "samples", "shared", "stack", "supabase", "tools"]) {
    for await (const file of sourcesIn(join(projectFolder, folder))) files.push(file);
  }
  ok(files.length > 200, `only ${files.length} files were read`);
  const asking = files.filter((file) => asksFor("DATABASE_URL", Deno.readTextFileSync(file)));
  deepEqual(asking, []);
  ok(asksFor("DATABASE_URL", 'Deno.env.get("DATABASE_URL")') && asksFor("DATABASE_URL", "env.DATABASE_URL ?? null"));
});

/** Comments and messages may name it; a quoted name, or a member of that name, is a question. */
function asksFor(name: string, text: string): boolean {
  return new RegExp(`["'\`]${name}["'\`]|\\.${name}\\b`).test(text);
}

async function* sourcesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    if (isDirectory && name !== "node_modules") yield* sourcesIn(join(folder, name));
    else if (isFile && /\.[cm]?[jt]s$/.test(name)) yield join(folder, name);
  }
}
