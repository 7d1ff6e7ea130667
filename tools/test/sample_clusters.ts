import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadSamples } from "../../stack/database.ts";
import { removeCluster, startPostgres } from "../../stack/postgres/mod.ts";
import { pushMigrations } from "../../stack/supabase_cli.ts";
import { copyCluster } from "./cluster_copy.ts";

/** The stopped clusters that tests start copies of: migrated and empty, and the same with the sample in it. */
export const CLUSTERS = ["empty", "sample"] as const;

/** The work folder of one of them, below the folder that holds both. */
export function clusterIn(folder: string, which: typeof CLUSTERS[number]): string {
  return join(folder, which);
}

/** Made when the first suite asks, and once: the import takes longer than most of what is tested with it. */
export interface SampleClusters {
  /** The folder that holds both. */
  folder(): Promise<string>;
  remove(): Promise<void>;
}

const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

/** With pg_cron's tables and jobs, but no run of one: the copies begin with an empty history. */
const SETTINGS = { "cron.max_running_jobs": "0", "max_wal_size": "128MB", "min_wal_size": "32MB" };

export function sampleClusters(say: (line: string) => void): SampleClusters {
  let made: Promise<string> | undefined;
  return {
    folder: () => made ??= make(say),
    async remove() {
      const folder = await made?.catch(() => undefined);
      if (folder !== undefined) await removeAll(folder);
    },
  };
}

async function make(say: (line: string) => void): Promise<string> {
  const started = Date.now();
  const folder = await Deno.makeTempDir({ prefix: "freshet-sample-" });
  const [empty, sample] = [clusterIn(folder, "empty"), clusterIn(folder, "sample")];
  try {
    for (const one of [folder, empty, sample]) {
      await Deno.mkdir(one, { recursive: true });
      await Deno.chmod(one, 0o755);
    }
    say("Making the cluster that holds the sample, once for all suites that start from it: migrations");
    await whileRunning(empty, (databaseUrl) => pushMigrations({ projectFolder, databaseUrl }));
    await copyCluster(empty, sample);
    await whileRunning(sample, async (databaseUrl) => {
      const loaded = await loadSamples(databaseUrl, projectFolder, (line) => say(`  ${line}`));
      if (!loaded) throw new Error("The sample was not loaded into an empty database: see wantsSamples()");
    });
    say(`The cluster that holds the sample took ${Math.round((Date.now() - started) / 1000)} s`);
    return folder;
  } catch (error) {
    await removeAll(folder);
    throw error;
  }
}

async function whileRunning(workFolder: string, work: (databaseUrl: string) => Promise<unknown>): Promise<void> {
  const server = await startPostgres({ workFolder, flavour: "installed", durable: false, settings: SETTINGS });
  try {
    await work(server.url);
  } finally {
    await server.stop();
  }
}

async function removeAll(folder: string): Promise<void> {
  for (const which of CLUSTERS) await removeCluster(clusterIn(folder, which));
  await Deno.remove(folder, { recursive: true });
}
