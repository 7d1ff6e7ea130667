import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { copyCluster } from "../../../tools/test/cluster_copy.ts";
import { wakeJobs } from "../../../tools/test/copied_jobs.ts";
import { clusterIn } from "../../../tools/test/sample_clusters.ts";
import { emptyClusterFolder, refreshedClusterFolder, sampleFolder } from "./sample_copy.ts";
import { refreshViews } from "../../../stack/database.ts";
import { findFunctions } from "../../../stack/functions/discovery.ts";
import { readProjectConfig } from "../../../stack/project_config.ts";
import { type Stack, type StackOptions, startStack } from "../../../stack/stack.ts";

/**
 * The whole product in its own folder and on its own ports, by default without samples, and a connection to its
 * database.
 */
export interface Product {
  readonly stack: Stack;
  readonly sql: postgres.Sql;
  /** The folder with its logs. */
  readonly workFolder: string;
  /** Sends a request to the analytics function through the origin. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

const projectFolder = fileURLToPath(new URL("../../../", import.meta.url));

/** The functions that every product has: a start of one takes a second of a processor. */
const ALWAYS: ReadonlySet<string> = new Set(["analytics", "cron-audit"]);

export interface ProductOptions extends StackOptions {
  /** Functions that a test calls, besides analytics and cron-audit. */
  readonly uses: readonly string[];
}

export async function startProduct({ uses = [], ...options }: Partial<ProductOptions> = {}): Promise<Product> {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-product-" });
  await Deno.chmod(workFolder, 0o755);
  // A project that is not ours has migrations of its own.
  const is_ours = options.projectFolder === undefined;
  const made = options.flavour === "embedded" || !is_ours ? undefined : clusterFor(options);
  if (made !== undefined) await copyCluster(made, options.workFolder ?? workFolder);
  const found = await findFunctions(projectFolder, await readProjectConfig(projectFolder));
  const stack = await startStack({
    projectFolder,
    functions: found.filter(({ name }) => ALWAYS.has(name) || uses.includes(name)),
    workFolder,
    port: 0,
    flavour: "installed",
    durable: false,
    // The jobs wake before the first audit, which would report each that rests.
    ...(made === undefined
      ? {}
      : { migrate: (url: string) => wake(url, made), hasImports: options.functions === undefined }),
    ...options,
  });
  const sql = postgres(stack.databaseUrl, { max: 2, onnotice: () => {} });
  return {
    stack,
    sql,
    workFolder: options.workFolder ?? workFolder,
    get: (path, headers = {}) => fetch(`${stack.origin}/functions/v1/analytics${path}`, { headers }),
    async stop() {
      await sql.end({ timeout: 5 });
      await stack.stop();
      await Deno.remove(workFolder, { recursive: true });
    },
  };
}

/**
 * The cluster to copy: migrated, and imported, once for the run. Without one, the stack migrates and imports itself.
 */
function clusterFor({ samples }: Partial<StackOptions>): string | undefined {
  const sample = sampleFolder();
  if (samples === true && sample !== undefined) return clusterIn(sample, "sample");
  return refreshedClusterFolder() ?? emptyClusterFolder();
}

/** Views that were refreshed with the cluster, maybe many minutes ago, are verified now, as after a first refresh. */
async function wake(superuserUrl: string, copied: string): Promise<void> {
  await wakeJobs(superuserUrl);
  if (copied !== refreshedClusterFolder()) return;
  const url = new URL(superuserUrl);
  url.username = "postgres"; // who refreshes views
  await refreshViews(url.href, "all", () => {});
}

/** The headers that supabase-js sends for a signed-in user. */
export function asUser(stack: Stack, token: string): Record<string, string> {
  return { apikey: stack.keys.publishableKey, authorization: `Bearer ${token}` };
}
