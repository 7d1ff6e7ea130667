import { fileURLToPath } from "node:url";
import type postgres from "postgres";
import { ignoreLateWrites } from "../late_writes.ts";
import { withConnection } from "../one_connection.ts";
import type { Part } from "../part.ts";
import { bootstrap, type Extensions } from "./bootstrap.ts";
import { startCluster } from "./cluster.ts";
import { makeClusterFolders } from "./cluster_folder.ts";
import { chooseInstallation } from "./choose_installation.ts";
import { inWords } from "../kept_ports.ts";
import { examineGiven } from "./given_database.ts";
import { serverUser } from "./server_user.ts";
import { startWorkers, type Workers } from "./workers.ts";
import type { ServerAddress } from "./server_address.ts";

export interface PostgresOptions {
  /** Holds the cluster's data; the same folder finds the same data again. */
  readonly workFolder: string;
  /** "auto": an installed PostgreSQL with pg_cron, else the one from npm. */
  readonly flavour?: "auto" | "installed" | "embedded";
  /** Use this database instead of a cluster of ours. Its role must be a superuser. */
  readonly databaseUrl?: string;
  /** The migrations whose objects such a database may hold. Those of this repository by default. */
  readonly migrationsFolder?: string;
  /** Left out: the one of earlier starts, a free one at first. */
  readonly port?: number;
  /** false for clusters that a test throws away: faster, but not safe in a power cut. */
  readonly durable?: boolean;
  /** Settings of the server, instead of ours: for tests with the settings of other servers. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly report?: (line: string) => void;
  /** Called when the server dies again and again. */
  readonly onTrouble?: (message: string) => void;
}

export interface PostgresPart extends Part {
  /** As role "postgres", which is no superuser, as on a hosted project. */
  readonly url: string;
  /** As the bootstrap superuser, for the stack itself. */
  readonly superuserUrl: string;
  /** The server's version, e.g. "15.18". */
  readonly version: string;
  readonly cron: "real" | "stand-in";
  /** Of a server of ours. */
  readonly logFile?: string;
  /** The parts beside the server, in it or in this process: the scheduler, the HTTP queue, the Vault. */
  readonly alongside: readonly Omit<Part, "stop">[];
}

const OUR_MIGRATIONS = fileURLToPath(new URL("../../supabase/migrations", import.meta.url));

interface Server extends ServerAddress {
  readonly url: string;
  readonly cron: "real" | "stand-in";
  readonly origin: string;
  /** Host and port. */
  readonly address: string;
  /** Of a server of ours. */
  readonly logFile?: string;
  /** Gives role postgres, which the bootstrap makes, the password of its address. */
  completeRoles(sql: postgres.Sql): Promise<void>;
  stop(): Promise<void>;
}

/** Starts (or joins) a PostgreSQL that looks like a hosted project's: roles, schemas, extensions, stand-ins. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresPart> {
  let workers: Workers | undefined;
  const server = options.databaseUrl === undefined
    ? await startOwnServer(options, async () => await workers?.restart())
    : await joinServer(options.databaseUrl, options.migrationsFolder ?? OUR_MIGRATIONS);
  const stop = async () => {
    await workers?.stop();
    await server.stop();
  };
  try {
    const { extensions, version } = await furnish(server);
    workers = await startWorkers(server, extensions);
    return {
      name: "postgres",
      kind: "real",
      detail: `PostgreSQL ${version} (${server.origin}), ${server.address}`,
      alongside: alongside(extensions),
      url: server.url,
      superuserUrl: server.superuserUrl,
      version,
      cron: server.cron,
      ...(server.logFile === undefined ? {} : { logFile: server.logFile }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function furnish(server: Server): Promise<{ extensions: Extensions; version: string }> {
  return withConnection(server.superuserUrl, async (sql) => {
    const extensions = await bootstrap(sql, server.cron);
    await server.completeRoles(sql);
    if (server.cron === "real") await moveJobs(sql);
    const [row] = await sql`select split_part(current_setting('server_version'), ' ', 1) as version`;
    return { extensions, version: String(row?.version) };
  });
}

async function startOwnServer(options: PostgresOptions, onReturn: () => Promise<void>): Promise<Server> {
  ignoreLateWrites();
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
    onReturn,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    ...(options.onTrouble === undefined ? {} : { onTrouble: options.onTrouble }),
  });
  return {
    url: cluster.urlOf("postgres"),
    superuserUrl: cluster.urlOf("supabase_admin"),
    socket: cluster.socket,
    cron,
    origin: installation.flavour === "installed" ? `installed, ${installation.binFolder}` : "from npm",
    address: inWords(cluster.port),
    logFile: cluster.logFile,
    completeRoles: (sql) => cluster.givePassword(sql, ["postgres"]),
    stop: () => cluster.stop(),
  };
}

async function joinServer(databaseUrl: string, migrationsFolder: string): Promise<Server> {
  const cron = await examineGiven(databaseUrl, migrationsFolder);
  return {
    url: databaseUrl,
    superuserUrl: databaseUrl,
    cron,
    origin: "the one that was given",
    address: new URL(databaseUrl).host,
    completeRoles: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}

function alongside({ cron, net, vault }: Extensions): Omit<Part, "stop">[] {
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

/** pg_cron keeps the address in each job, and ours moves when another program takes its port. */
async function moveJobs(sql: postgres.Sql): Promise<void> {
  await sql`
    update cron.job set nodename = current_setting('cron.host'), nodeport = current_setting('port')::integer
    where nodename = current_setting('cron.host') and nodeport <> current_setting('port')::integer`;
}
