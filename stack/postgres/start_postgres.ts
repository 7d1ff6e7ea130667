import postgres from "postgres";
import type { Part } from "../part.ts";
import { bootstrap, type Surroundings } from "./bootstrap.ts";
import { startCluster } from "./cluster.ts";
import { makeClusterFolders } from "./cluster_folder.ts";
import { chooseInstallation } from "./choose_installation.ts";
import { startCronTicker } from "./cron_ticker.ts";
import { cronOfServer } from "./given_database.ts";
import { startNetWorker } from "./net_worker.ts";
import { serverUser } from "./server_user.ts";

export interface PostgresOptions {
  /** Holds the cluster's data; the same folder finds the same data again. */
  readonly workFolder: string;
  /** "auto": an installed PostgreSQL with pg_cron, else the one from npm. */
  readonly flavour?: "auto" | "installed" | "embedded";
  /** Use this database instead of a cluster of ours. Its role must be a superuser. */
  readonly databaseUrl?: string;
  /** Left out: a free one. */
  readonly port?: number;
  /** false for clusters that a test throws away: faster, but not safe in a power cut. */
  readonly durable?: boolean;
  /** Of the server, instead of ours: for tests of what other servers have. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly report?: (line: string) => void;
}

export interface PostgresPart extends Part {
  /** As role "postgres", which is no superuser, as on a hosted project. */
  readonly url: string;
  /** As the bootstrap superuser, for the stack itself. */
  readonly superuserUrl: string;
  /** The server's version, e.g. "15.18". */
  readonly version: string;
  readonly cron: "real" | "stand-in";
  /** What stands beside the server, in it or in this process: the scheduler, the HTTP queue, the Vault. */
  readonly alongside: readonly Omit<Part, "stop">[];
}

interface Server {
  readonly url: string;
  readonly superuserUrl: string;
  readonly cron: "real" | "stand-in";
  readonly origin: string;
  stop(): Promise<void>;
}

/** Starts (or joins) a PostgreSQL that looks like a hosted project's: roles, schemas, extensions, stand-ins. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresPart> {
  const server = options.databaseUrl === undefined
    ? await startOwnServer(options)
    : await joinServer(options.databaseUrl);
  const stops: (() => Promise<void>)[] = [() => server.stop()];
  const stop = async () => {
    for (const stopOne of stops.splice(0).reverse()) await stopOne();
  };
  try {
    const sql = postgres(server.superuserUrl, { max: 1, onnotice: () => {} });
    stops.push(() => sql.end({ timeout: 5 }));
    const surroundings = await bootstrap(sql, server.cron);
    if (server.cron === "real") await moveJobs(sql);
    const [row] = await sql`select split_part(current_setting('server_version'), ' ', 1) as version`;
    const version = String(row?.version);
    await stops.pop()?.();

    if (surroundings.net === "stand-in") stops.push((await startNetWorker(server.superuserUrl)).stop);
    if (surroundings.cron === "stand-in") stops.push((await startCronTicker(server.superuserUrl)).stop);
    return {
      name: "postgres",
      kind: "real",
      detail: `PostgreSQL ${version} (${server.origin}), ${new URL(server.url).host}`,
      alongside: alongside(surroundings),
      url: server.url,
      superuserUrl: server.superuserUrl,
      version,
      cron: server.cron,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startOwnServer(options: PostgresOptions): Promise<Server> {
  const user = await serverUser();
  const folders = await makeClusterFolders(options.workFolder, user);
  const installation = await chooseInstallation(options.flavour ?? "auto", {
    user,
    folder: folders.folder,
    report: options.report ?? (() => {}),
  });
  const cron = installation.flavour === "installed" ? "real" : "stand-in";
  const cluster = await startCluster({
    installation,
    folders,
    user,
    cron,
    durable: options.durable ?? true,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  });
  return {
    url: `postgresql://postgres@127.0.0.1:${cluster.port}/postgres`,
    superuserUrl: `postgresql://supabase_admin@127.0.0.1:${cluster.port}/postgres`,
    cron,
    origin: installation.flavour === "installed" ? `installed, ${installation.binFolder}` : "from npm",
    stop: () => cluster.stop(),
  };
}

async function joinServer(databaseUrl: string): Promise<Server> {
  const cron = await cronOfServer(databaseUrl);
  return { url: databaseUrl, superuserUrl: databaseUrl, cron, origin: "DATABASE_URL", stop: () => Promise.resolve() };
}

function alongside({ cron, net, vault }: Surroundings): Omit<Part, "stop">[] {
  return [
    {
      name: "pg_cron",
      kind: cron,
      detail: cron === "real" ? "in that PostgreSQL" : "same tables and messages, our ticker",
    },
    {
      name: "pg_net",
      kind: net,
      detail: net === "real" ? "in that PostgreSQL" : "same queue and responses, our worker",
    },
    {
      name: "vault",
      kind: vault,
      detail: vault === "real" ? "in that PostgreSQL" : "same view and functions, not encrypted",
    },
  ];
}

/** pg_cron keeps the address in each job: ours changes from start to start. */
async function moveJobs(sql: postgres.Sql): Promise<void> {
  await sql`
    update cron.job set nodename = current_setting('cron.host'), nodeport = current_setting('port')::integer
    where nodename = current_setting('cron.host') and nodeport <> current_setting('port')::integer`;
}
