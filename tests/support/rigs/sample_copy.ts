import { removeCluster, startPostgres } from "../../../stack/postgres/mod.ts";
import { copyCluster } from "../../../tools/test/cluster_copy.ts";
import { clusterIn, type CLUSTERS } from "../../../tools/test/sample_clusters.ts";

/** Where tools/test.ts keeps the clusters that it made once for the run; undefined for a file that is run by itself. */
export function sampleFolder(): string | undefined {
  return Deno.env.get("FRESHET_TEST_SAMPLE");
}

/** The work folder of the migrated and empty one among them; undefined where the run has none, or a file is run by itself. */
export function emptyClusterFolder(): string | undefined {
  return Deno.env.get("FRESHET_TEST_EMPTY");
}

/** Runs a body with a database of its own, on a server of its own, that it may change as it likes. */
export async function withCopyOf<Result>(
  which: typeof CLUSTERS[number],
  body: (databaseUrl: string) => Promise<Result>,
): Promise<Result> {
  const folder = sampleFolder();
  if (folder === undefined) {
    throw new Error(
      "FRESHET_TEST_SAMPLE is not set: run these through `deno task test oulad`, which imports the sample",
    );
  }
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-copy-" });
  await Deno.chmod(workFolder, 0o755);
  try {
    await copyCluster(clusterIn(folder, which), workFolder);
    const server = await startPostgres({ workFolder, flavour: "installed", durable: false });
    try {
      return await body(server.url);
    } finally {
      await server.stop();
    }
  } finally {
    await removeCluster(workFolder);
    await Deno.remove(workFolder, { recursive: true });
  }
}
