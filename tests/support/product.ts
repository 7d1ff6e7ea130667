import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { type Stack, type StackOptions, startStack } from "../../stack/stack.ts";

/** The whole product on ports and in a folder of its own, without samples, and a connection to its database. */
export interface Product {
  readonly stack: Stack;
  readonly sql: postgres.Sql;
  /** Asks the analytics function through the origin. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

const projectFolder = fileURLToPath(new URL("../../", import.meta.url));

export async function startProduct(options: Partial<StackOptions> = {}): Promise<Product> {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-product-" });
  await Deno.chmod(workFolder, 0o755);
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
