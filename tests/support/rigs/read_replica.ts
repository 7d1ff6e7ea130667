import { startDataApi } from "../../../stack/data_api/mod.ts";
import { type Replica, startReplica } from "../../../stack/postgres/replica.ts";
import postgres from "postgres";
import { pause } from "../../../stack/pause.ts";
import { npmFolder } from "./data_api_rig.ts";
import type { Product } from "./product.ts";

/** A real streaming replica of a product's database with a data API of its own, behind an address that a test can break. */
export interface ReadReplica {
  /** For FRESHET_READ_URL. It takes GET only, as the platform's replicas do. */
  readonly url: string;
  readonly sql: postgres.Sql;
  /** Requests that came, and those that were not GET. */
  readonly asked: { get: number; other: number };
  /** While it hangs, no request is answered. */
  setHanging(hangs: boolean): void;
  /** While it alternates, each second request is sent to this address of the data API, as a load balancer would. */
  alternateWith(other: string | null): void;
  /** Waits until it has replayed what the primary has written. */
  caughtUp(): Promise<void>;
  promote: Replica["promote"];
  kill: Replica["kill"];
  start: Replica["start"];
  /** For a replica of this replica. */
  asPrimary(): Replicated;
  stop(): Promise<void>;
}

/** What a replica is made from. */
export interface Replicated extends Pick<Product, "workFolder" | "sql"> {
  readonly stack: Pick<Product["stack"], "superuserUrl" | "keys">;
}

export async function startReadReplica(
  { stack, workFolder: primaryFolder, sql: primary }: Replicated,
): Promise<ReadReplica> {
  const workFolder = await Deno.makeTempDir({ prefix: "freshet-replica-" });
  await Deno.chmod(workFolder, 0o755);
  const replica = await startReplica({ primaryFolder, primaryUrl: stack.superuserUrl, workFolder });
  const { jwtSecret, publishableKey, secretKey } = stack.keys;
  const dataApi = await startDataApi({
    databaseUrl: replica.superuserUrl,
    isReplica: true,
    npmFolder,
    workFolder,
    jwtSecret,
    publishableKey,
    secretKey,
  });
  const sql = postgres(replica.superuserUrl, { max: 1, onnotice: () => {} });
  const asked = { get: 0, other: 0 };
  let opened = Promise.withResolvers<void>();
  opened.resolve();
  let other: string | null = null;
  const proxy = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    asked[request.method === "GET" ? "get" : "other"] += 1;
    if (request.method !== "GET") return new Response(null, { status: 405 });
    await opened.promise;
    const { pathname, search } = new URL(request.url);
    const to = other !== null && asked.get % 2 === 0 ? other : dataApi.url;
    try {
      const answer = await fetch(`${to}${pathname}${search}`, { headers: request.headers });
      return new Response(await answer.text(), {
        status: answer.status,
        headers: { "content-type": "application/json" },
      });
    } catch {
      return new Response(null, { status: 502 });
    }
  });
  return {
    url: `http://127.0.0.1:${proxy.addr.port}`,
    sql,
    asked,
    setHanging(hangs) {
      if (hangs) opened = Promise.withResolvers();
      else opened.resolve();
    },
    alternateWith(address) {
      other = address;
    },
    async caughtUp() {
      const positionOf = async (server: postgres.Sql) => {
        const [row] = await server`select freshet.server_position() ->> 'position' as position`;
        return Number(row?.["position"]);
      };
      const written = await positionOf(primary);
      for (let look = 0; look < 200; look += 1) {
        if (await positionOf(sql) >= written) return;
        await pause(25);
      }
      throw new Error("the replica did not catch up within 5 s");
    },
    promote: replica.promote,
    kill: replica.kill,
    start: replica.start,
    asPrimary: () => ({ stack: { superuserUrl: replica.superuserUrl, keys: stack.keys }, workFolder, sql }),
    async stop() {
      opened.resolve();
      await proxy.shutdown();
      await sql.end({ timeout: 1 });
      await dataApi.stop();
      await replica.stop();
      await Deno.remove(workFolder, { recursive: true });
    },
  };
}
