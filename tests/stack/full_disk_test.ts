// A disk that fills up ends what runs with one sentence and what to do, and once there is room the next start goes on.
import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { startChild } from "../../stack/child.ts";
import { asDiskFull, isDiskFull } from "../../stack/disk_full.ts";
import { loadKeys } from "../../stack/keys.ts";
import { removeCluster, startPostgres } from "../../stack/postgres/mod.ts";
import { pushMigrations } from "../../stack/supabase_cli.ts";
import { importOuladInto } from "../../stack/import_oulad.ts";
import { copyCluster } from "../../tools/test/cluster_copy.ts";
import { proofs } from "../support/random/proofs.ts";
import { emptyClusterFolder } from "../support/rigs/sample_copy.ts";

const projectFolder = fileURLToPath(new URL("../../", import.meta.url));
const main = join(projectFolder, "stack/main.ts");

/** A disk of that size, where this user may mount one. */
async function mount(folder: string, options: string): Promise<boolean> {
  const { success } = await new Deno.Command("mount", { args: ["-t", "tmpfs", "-o", options, "tmpfs", folder] })
    .output();
  return success;
}

async function unmount(folder: string): Promise<void> {
  await new Deno.Command("umount", { args: ["-l", folder] }).output();
}

async function canMount(): Promise<boolean> {
  if (Deno.uid() !== 0) return false;
  const folder = await Deno.makeTempDir();
  const success = await mount(folder, "size=1m");
  if (success) await unmount(folder);
  await Deno.remove(folder);
  return success;
}

async function withDisk(size: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "freshet-disk-" });
  ok(await mount(folder, `size=${size}`));
  try {
    await work(folder);
  } finally {
    await unmount(folder);
    await Deno.remove(folder);
  }
}

const ignore = !await canMount();

/** The size of the disk, and the step that it is too small for; the import's is below. */
const sizes: [size: string, step: string][] = [["24m", "PostgreSQL"], ["41m", "Migrations"]];

/** Where the import begins to fail: in the proofs as late as in its last tables, which takes it twenty seconds. */
const SMALL = `${proofs(96, 160)}m`;

function saysFull(said: string, step: string): void {
  match(
    said,
    new RegExp(`\n✗ the disk is full: step "${step}" could not be finished.*\n  → free some space there`),
    said,
  );
  doesNotMatch(said, /\n +at /, "a stack trace");
}

for (const [size, step] of sizes) {
  Deno.test({
    name: `a disk of ${size} ends start in the step "${step}" with one sentence and a remedy`,
    ignore,
    fn: () =>
      withDisk(size, async (disk) => {
        const { code, said } = await started(join(disk, "work"));
        equal(code, 1, said);
        saysFull(said, step);
      }),
  });
}

Deno.test({
  name: `a disk of ${SMALL} ends start in the step "Sample data", and once there is room the next one goes on`,
  ignore,
  fn: () =>
    withDisk(SMALL, async (disk) => {
      const work = join(disk, "work");
      // Migrated before: the disk is full in the import. What follows it is the work of every start.
      const made = emptyClusterFolder();
      if (made !== undefined) await copyCluster(made, work);
      const { code, said: full } = await started(work);
      equal(code, 1, full);
      saysFull(full, "Sample data");
      ok(await mount(disk, "remount,size=2g"));
      const { said } = await started(work, "✓ Sample data");
      match(said, /✓ Sample data[^]*Stopped while starting/);
    }),
});

Deno.test({
  name: "a full disk costs lines of a log, and keeps neither the process nor its reader waiting",
  ignore,
  fn: () =>
    withDisk("64k", async (disk) => {
      let seen = 0;
      const child = startChild({
        command: "sh",
        args: ["-c", "head -c 1000000 /dev/zero; exit 7"],
        logFile: join(disk, "part.log"),
        onOutput: (chunk) => seen += chunk.length,
      });
      const { code } = await child.ended;
      deepEqual([code, seen], [7, 1_000_000]);
    }),
});

Deno.test({
  name: "keys that a full disk kept from being written are made by the next start",
  ignore,
  fn: () =>
    withDisk("64k", async (disk) => {
      await Deno.writeFile(join(disk, "filler"), new Uint8Array(200_000)).catch(() => {});
      await rejects(loadKeys(disk), (error) => isDiskFull(error));
      await Deno.remove(join(disk, "filler"));
      ok((await loadKeys(disk)).secretKey.startsWith("sb_secret_"));
    }),
});

Deno.test("an import that the server refuses for a full disk [53100] says so, with the remedy, and keeps nothing", async () => {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-test-" });
  await Deno.chmod(workFolder, 0o755);
  const made = emptyClusterFolder();
  if (made !== undefined) await copyCluster(made, workFolder);
  const server = await startPostgres({ workFolder, flavour: "installed", durable: false });
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    if (made === undefined) await pushMigrations({ projectFolder, databaseUrl: server.url });
    await sql.unsafe(`
      create function public.full_disk() returns trigger language plpgsql
      as $$ begin raise exception 'could not extend file "base/5/16": No space left on device' using errcode = '53100'; end $$;
      create trigger full_disk before insert on public.submissions for each statement execute function public.full_disk()`);
    await rejects(
      importOuladInto({
        databaseUrl: server.url,
        folder: join(projectFolder, "samples/oulad"),
        report: () => {},
        packs: ["arena"],
      }),
      /^OuladError: The database refused the import \[53100\]: .*No space left on device\n {2}→ the disk of the database is full: free some space/,
    );
    const [rows] = await sql`select count(*)::int as count from public.agents`;
    equal(rows?.count, 0, "what was written before it");
  } finally {
    await sql.end({ timeout: 5 });
    await server.stop();
    await removeCluster(workFolder);
    await Deno.remove(workFolder, { recursive: true });
  }
});

Deno.test("asDiskFull() knows a full disk by what each program says, and leaves every other error alone", () => {
  const signs = [
    Object.assign(new Error("write failed"), { code: "ENOSPC" }),
    new Error("npm error code ENOSPC"),
    new Error("initdb: error: could not write file: No space left on device"),
    new Error("could not extend file (SQLSTATE 53100)"),
    new Error("wrapped", { cause: Object.assign(new Error("x"), { code: "53100" }) }),
  ];
  for (const error of signs) match(String(asDiskFull(error, "Step", "/work")), /the disk is full: step "Step".*\/work/);
  const lost = Object.assign(new Error("write CONNECTION_CLOSED 127.0.0.1:1"), { code: "CONNECTION_CLOSED" });
  match(
    String(asDiskFull(lost, "Step", "/work", "PANIC: could not write: No space left on device")),
    /the disk is full/,
  );
  for (const error of [lost, new Error("port 53100x is in use"), new Error("relation does not exist")]) {
    equal(asDiskFull(error, "Step", "/work", "LOG: checkpoint"), error);
  }
});

/** Runs the command `start` until it ends; where asked for, it is stopped once it has said something. */
async function started(workFolder: string, stopsAfter?: string): Promise<{ code: number; said: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, "start", "--port", "0"],
    env: {
      FRESHET_WORK_FOLDER: workFolder,
      FRESHET_POSTGRES: "installed",
      FRESHET_DATABASE_URL: "",
      NO_COLOR: "1",
      SENTRY_DSN: "",
    },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      said += decoder.decode(bytes, { stream: true });
      if (stopsAfter !== undefined && said.includes(stopsAfter)) child.kill("SIGTERM");
    }
  };
  await Promise.all([read(child.stdout), read(child.stderr)]);
  return { code: (await child.status).code, said };
}
