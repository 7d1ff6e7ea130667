import { removeCluster, startPostgres } from "../../../stack/postgres/mod.ts";
import { copyCluster } from "../../../tools/test/cluster_copy.ts";
import { clusterIn } from "../../../tools/test/sample_clusters.ts";

/** The folder of the clusters that tools/test.ts made for the run; undefined if a test file is run by itself. */
export function sampleFolder(): string | undefined {
  return Deno.env.get("FRESHET_TEST_SAMPLE");
}

/** The work folder of the migrated, empty cluster; undefined if the run has none, or a test file is run by itself. */
export function emptyClusterFolder(): string | undefined {
  return Deno.env.get("FRESHET_TEST_EMPTY");
}

/** The work folder of the empty cluster whose views were refreshed; undefined as above. */
export function refreshedClusterFolder(): string | undefined {
  return Deno.env.get("FRESHET_TEST_REFRESHED");
}

/** Runs a body with its own database on its own server, which it may change freely. */
export async function withCopyOf<Result>(
  which: "empty" | "sample",
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
