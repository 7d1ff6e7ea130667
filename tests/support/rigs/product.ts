import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { copyCluster } from "../../../tools/test/cluster_copy.ts";
import { clusterIn } from "../../../tools/test/sample_clusters.ts";
import { sampleFolder } from "./sample_copy.ts";
import { type Stack, type StackOptions, startStack } from "../../../stack/stack.ts";

/** The whole product on ports and in a folder of its own, without samples unless asked, and a connection to its database. */
export interface Product {
  readonly stack: Stack;
  readonly sql: postgres.Sql;
  /** Asks the analytics function through the origin. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

const projectFolder = fileURLToPath(new URL("../../../", import.meta.url));

export async function startProduct(options: Partial<StackOptions> = {}): Promise<Product> {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-product-" });
  await Deno.chmod(workFolder, 0o755);
  const sample = sampleFolder();
  // Imported by the same function before, once for the run; the stack finds the sample there, and imports it where it is not.
  if (options.samples === true && sample !== undefined) {
    await copyCluster(clusterIn(sample, "sample"), options.workFolder ?? workFolder);
  }
  const stack = await startStack({
    projectFolder,
    workFolder,
    port: 0,
    flavour: "installed",
    durable: false,
    ...options,
  });
  const sql = postgres(stack.databaseUrl, { max: 2, onnotice: () => {} });
  return {
    stack,
    sql,
    get: (path, headers = {}) => fetch(`${stack.origin}/functions/v1/analytics${path}`, { headers }),
    async stop() {
      await sql.end({ timeout: 5 });
      await stack.stop();
      await Deno.remove(workFolder, { recursive: true });
    },
  };
}

/** Headers of a signed-in user, as supabase-js sends them. */
export function asUser(stack: Stack, token: string): Record<string, string> {
  return { apikey: stack.keys.publishableKey, authorization: `Bearer ${token}` };
}
