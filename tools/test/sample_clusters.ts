import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadSamples, refreshViews } from "../../stack/database.ts";
import { removeCluster, startPostgres } from "../../stack/postgres/mod.ts";
import { findFunctions } from "../../stack/functions/discovery.ts";
import { edgeRuntime } from "../../stack/functions/edge_runtime.ts";
import { downloadImports } from "../../stack/functions/imports.ts";
import { readProjectConfig } from "../../stack/project_config.ts";
import { pushMigrations } from "../../stack/supabase_cli.ts";
import { copyCluster } from "./cluster_copy.ts";
import { restJobs } from "./copied_jobs.ts";

/** The stopped clusters that tests copy: migrated and empty, the same with its views refreshed, and with the sample. */
export const CLUSTERS = ["empty", "refreshed", "sample"] as const;

/** The work folder of one of these clusters, inside the folder of all. */
export function clusterIn(folder: string, which: typeof CLUSTERS[number]): string {
  return join(folder, which);
}

/** Each cluster is made once, when the first suite needs it: a copy takes a second; migrations and import take many. */
export interface SampleClusters {
  /** The work folder of the empty one. */
  empty(): Promise<string>;
  /** The work folder of the one whose empty views were refreshed, as each start of the stack does. */
  refreshed(): Promise<string>;
  /** The folder that holds all, with the empty one and the sample in it. */
  folder(): Promise<string>;
  remove(): Promise<void>;
}

const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

/** With these no job runs, so that the copies start with an empty history, and nothing is kept that a copy does not need. */
const SETTINGS = {
  "cron.max_running_jobs": "0",
  max_wal_size: "48MB",
  min_wal_size: "32MB",
  wal_recycle: "off",
  "pg_stat_statements.save": "off",
};

export function sampleClusters(say: (line: string) => void): SampleClusters {
  const folder = Deno.makeTempDirSync({ prefix: "freshet-sample-" });
  const [emptyFolder, refreshedFolder, sampleFolder] = [
    clusterIn(folder, "empty"),
    clusterIn(folder, "refreshed"),
    clusterIn(folder, "sample"),
  ];
  for (const one of [folder, emptyFolder, refreshedFolder, sampleFolder]) {
    Deno.mkdirSync(one, { recursive: true });
    Deno.chmodSync(one, 0o755);
  }
  let migrated: Promise<string> | undefined;
  let refreshed: Promise<string> | undefined;
  let loaded: Promise<string> | undefined;
  const empty = () => migrated ??= migrate(emptyFolder, say);

  async function withViews(): Promise<string> {
    await copyCluster(await empty(), refreshedFolder);
    await whileRunning(refreshedFolder, (databaseUrl) => refreshViews(databaseUrl, "all", () => {}));
    return refreshedFolder;
  }
  async function withSample(): Promise<string> {
    await copyCluster(await empty(), sampleFolder);
    await load(sampleFolder, say);
    return folder;
  }

  return {
    empty,
    refreshed: () => refreshed ??= withViews(),
    folder: () => loaded ??= withSample(),
    async remove() {
      await Promise.allSettled([migrated, refreshed, loaded]);
      for (const which of CLUSTERS) await removeCluster(clusterIn(folder, which));
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function migrate(folder: string, say: (line: string) => void): Promise<string> {
  const started = Date.now();
  say("Making the cluster that is migrated and empty, once for all suites that start from a copy of it");
  // Products that start from a copy take it that these are here.
  const runtime = await edgeRuntime();
  const functions = await findFunctions(projectFolder, await readProjectConfig(projectFolder));
  for (const found of functions) await downloadImports(found, runtime);
  await whileRunning(folder, async (databaseUrl, superuserUrl) => {
    await pushMigrations({ projectFolder, databaseUrl });
    await restJobs(superuserUrl);
  });
  say(`The empty cluster took ${secondsSince(started)} s`);
  return folder;
}

/** What the import said, beside the data: tests/oulad/import_oulad_test.ts reads it instead of importing once more. */
const IMPORT_REPORT = "import_report.txt";

/** The lines of the import that made the sample. */
export async function importReport(folder: string): Promise<string[]> {
  return (await Deno.readTextFile(join(clusterIn(folder, "sample"), IMPORT_REPORT))).trimEnd().split("\n");
}

async function load(folder: string, say: (line: string) => void): Promise<void> {
  const started = Date.now();
  const report: string[] = [];
  await whileRunning(folder, async (databaseUrl) => {
    const is_loaded = await loadSamples(databaseUrl, projectFolder, (line) => {
      report.push(line);
      say(`  ${line}`);
    });
    if (!is_loaded) throw new Error("The sample was not loaded into an empty database: see packsOfSample()");
    // Once for all products that start from a copy: ten seconds of a processor each.
    await refreshViews(databaseUrl, "all", () => {});
  });
  await Deno.writeTextFile(join(folder, IMPORT_REPORT), `${report.join("\n")}\n`);
  say(`The cluster that holds the sample took ${secondsSince(started)} s more`);
}

function secondsSince(started: number): number {
  return Math.round((Date.now() - started) / 1000);
}

async function whileRunning(
  workFolder: string,
  work: (databaseUrl: string, superuserUrl: string) => Promise<unknown>,
): Promise<void> {
  const server = await startPostgres({ workFolder, flavour: "installed", durable: false, settings: SETTINGS });
  try {
    await work(server.url, server.superuserUrl);
  } finally {
    await server.stop();
  }
}
