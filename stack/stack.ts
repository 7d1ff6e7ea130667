import { type ClerkPart, startClerk } from "./clerk/mod.ts";
import { startDataApi } from "./data_api/mod.ts";
import { loadSamples, refreshViews, storeSecrets } from "./database.ts";
import { signUpDemoPeople } from "./demo_sign_ups.ts";
import { asDiskFull } from "./disk_full.ts";
import { aboutEdited, editedMigrations } from "./edited_migrations.ts";
import { logFrom } from "./child.ts";
import { auditOnce } from "./first_audit.ts";
import { isPortFree } from "./free_port.ts";
import { functionEnvironment, issuerOf, optionalVariables } from "./function_environment.ts";
import type { FoundFunction } from "./functions/discovery.ts";
import { startFunctions } from "./functions/mod.ts";
import { type GatewayPart, startGateway } from "./gateway/mod.ts";
import { openPages, type PagesRoute } from "./gateway/pages.ts";
import { keptPort } from "./kept_ports.ts";
import { type Keys, loadKeys } from "./keys.ts";
import { type MailboxPart, startMailbox } from "./mailbox/mod.ts";
import { installNpmParts, npmFolder } from "./npm_parts.ts";
import { eventsPath } from "./pack_demo.ts";
import { packVariables } from "./pack_variables.ts";
import { buildPages } from "./pages/build.ts";
import type { Part } from "./part.ts";
import { serverUser, startPostgres } from "./postgres/mod.ts";
import { makeWorkFolder } from "./private_files.ts";
import { readProjectConfig } from "./project_config.ts";
import { type Progress, silentProgress } from "./progress.ts";
import { type RedisPart, startRedis } from "./redis/mod.ts";
import { startIssues } from "./sentry/stand_in.ts";
import { startSentry } from "./sentry_part.ts";
import { messageOf, StackError } from "./stack_error.ts";
import { pushMigrations } from "./supabase_cli.ts";
import { DEMO_PEOPLE, type DemoTokens, demoTokens } from "./tokens.ts";
import { showJobsToScheduler } from "./unseen_jobs.ts";

export interface StackOptions {
  /** The folder that holds supabase/, shared/, packs/ and samples/. */
  readonly projectFolder: string;
  /** Holds the database, the keys and the logs. */
  readonly workFolder: string;
  /** Of the origin; 0 for a free one. */
  readonly port: number;
  readonly flavour?: "auto" | "installed" | "embedded";
  readonly databaseUrl?: string;
  /** Instead of the CLI, for a work folder that holds a copy of a migrated cluster: what the copy needs, as superuser. */
  readonly migrate?: (superuserUrl: string) => Promise<void>;
  /** A real project's DSN; left out: Spotlight, on this machine. */
  readonly sentryDsn?: string;
  /** false: without Redis even where it is installed. */
  readonly redis?: boolean;
  /** Variables of the functions, besides those of a hosted project. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The deployed functions, instead of those in the project folder. */
  readonly functions?: readonly FoundFunction[];
  /** true: the imports of the functions were downloaded before. */
  readonly hasImports?: boolean;
  /** How many isolates of a function run side by side; 1 by default. */
  readonly isolates?: Record<string, number>;
  /** Load the sample data into the packs' empty tables. */
  readonly samples?: boolean;
  /** Build the pages of app/ and serve them at the origin. Without the network, the rest runs without them. */
  readonly pages?: boolean;
  /** Start the functions again when their files change. */
  readonly watch?: boolean;
  /** false for stacks that a test throws away. */
  readonly durable?: boolean;
  readonly progress?: Progress;
  /** Called when a part dies again and again and is left down, and when an applied migration was edited. */
  readonly onTrouble?: (message: string) => void;
  /** When it aborts, the parts that were started are stopped, and the start rejects. */
  readonly signal?: AbortSignal;
}

/** The running product. */
export interface Stack {
  readonly origin: string;
  readonly databaseUrl: string;
  readonly superuserUrl: string;
  readonly keys: Keys;
  readonly tokens: DemoTokens;
  readonly parts: readonly Part[];
  /** Whether the origin serves pages. */
  readonly pages: boolean;
  /** Where each isolate of a function listens, behind the gateway. */
  readonly functionUrls: Record<string, string[]>;
  readonly redis: RedisPart | null;
  /** Makes storage misbehave until this is changed; null ends it. */
  readonly setStorageFault: GatewayPart["setStorageFault"];
  /** Null where no pack sends mails. */
  readonly mailbox: MailboxPart | null;
  /** Null where no pack asks Clerk. */
  readonly clerk: ClerkPart | null;
  /** Where Sentry's events appear. */
  readonly sentry: { readonly dsn: string; readonly where: string };
  stop(): Promise<void>;
}

/** Starts all parts, each one on those before it; when one fails, those before it are stopped. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { projectFolder, workFolder } = options;
  const progress = options.progress ?? silentProgress;
  const onTrouble = options.onTrouble ?? (() => {});
  const parts: Part[] = [];
  const stop = async () => {
    const failures: unknown[] = [];
    // A part that does not stop must not keep the others running.
    for (const part of parts.splice(0).reverse()) await part.stop().catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  let saidByServer = () => Promise.resolve("");
  async function step<T>(title: string, work: (report: (line: string) => void) => Promise<T>): Promise<T> {
    options.signal?.throwIfAborted();
    try {
      // A long step tells how far it is: where it does, it can be stopped.
      return await progress.step(title, (report) =>
        work((line) => {
          options.signal?.throwIfAborted();
          report(line);
        }));
    } catch (error) {
      const folder = title === NPM_STEP ? npmFolder : workFolder;
      throw asDiskFull(error, title, folder, await saidByServer());
    }
  }
  async function start<P extends Part>(
    title: string,
    work: (report: (line: string) => void) => Promise<P>,
  ): Promise<P> {
    const part = await step(title, work);
    parts.push(part);
    return part;
  }

  try {
    requireFree(options.port);
    await makeWorkFolder(workFolder, await serverUser());
    const keys = await loadKeys(workFolder);
    const { auth, storage } = await readProjectConfig(projectFolder);
    const hook = auth.hook.custom_access_token;

    await step(NPM_STEP, (report) => installNpmParts(report));
    const database = await start("PostgreSQL", (report) =>
      startPostgres({
        workFolder,
        report,
        flavour: options.flavour ?? "auto",
        durable: options.durable ?? true,
        onTrouble,
        ...(options.databaseUrl === undefined ? {} : {
          databaseUrl: options.databaseUrl,
          migrationsFolder: `${projectFolder}/supabase/migrations`,
        }),
      }));
    if (database.logFile !== undefined) saidByServer = logFrom(database.logFile);
    for (const piece of database.alongside) parts.push({ ...piece, stop: () => Promise.resolve() }); // end with it
    const { migrate } = options;
    if (migrate !== undefined) await step("Migrations", () => migrate(database.superuserUrl));
    else {
      await step("Migrations", async (report) => {
        const applied = await pushMigrations({ projectFolder, databaseUrl: database.url });
        if (applied.length > 0) report(`${applied.length} applied`);
      });
      const edited = aboutEdited(await editedMigrations(database.url, `${projectFolder}/supabase/migrations`));
      if (edited !== null) onTrouble(edited);
    }
    const dataApi = await start("Data API", () =>
      startDataApi({
        projectFolder,
        workFolder,
        npmFolder,
        databaseUrl: database.superuserUrl,
        jwtSecret: keys.jwtSecret,
        publishableKey: keys.publishableKey,
        secretKey: keys.secretKey,
        onTrouble,
      }));
    const pages = options.pages !== true
      ? null
      : await step("Pages", (report) => pagesOf(options, keys, report)).catch((error) => {
        onTrouble(`There are no pages: ${messageOf(error)}`);
        return null;
      });
    if (pages !== null) {
      await step("Passwords of the demo people", () => signUpDemoPeople(dataApi.url, keys.publishableKey))
        .catch((error) => onTrouble(`Demo people have no passwords: ${messageOf(error)}`));
    }
    // The functions need the origin, so the gateway starts first and gets their addresses afterwards.
    const functionUrls: Record<string, string[]> = {};
    const verifyJwt: Record<string, boolean> = {};
    const { origin, setStorageFault } = await start("Gateway", () =>
      startGateway({
        port: options.port,
        dataApiUrl: dataApi.url,
        functionUrls,
        verifyJwt,
        jwtSecret: keys.jwtSecret,
        secretKey: keys.secretKey,
        otherSecretKeys: [keys.cronKey],
        uploads: { folder: `${workFolder}/uploads`, byteLimit: storage.file_size_limit },
        ...(pages === null ? {} : { pages, demoTokenOf: demoTokenBy(keys) }),
        ...(hook.enabled ? { accessTokenHook: { uri: hook.uri, databaseUrl: database.superuserUrl } } : {}),
      }));
    await storeSecrets(database.superuserUrl, { project_url: origin });
    const redis = options.redis === false ? null : await step("Redis", async () => {
      const part = await startRedis({ workFolder, token: keys.redisToken, onTrouble });
      if (part !== null) parts.push(part);
      return part;
    });
    const sentry = await start(
      "Sentry",
      () => startSentry(options.sentryDsn, { npmFolder, workFolder, onTrouble }),
    );
    // A project at Sentry has issues of its own, and only its owner can give the token.
    const issues = options.sentryDsn === undefined
      ? await start("Issues", () => Promise.resolve(startIssues({ spotlightUrl: sentry.where })))
      : null;
    const ofPacks = await packVariables();
    // Only where a pack sends mails by Resend.
    const mailbox = "RESEND_API_KEY" in ofPacks.sentences
      ? await start("Mailbox", async () => {
        const path = eventsPath("mailEvents");
        const webhookUrl = path === null ? {} : { webhookUrl: `${origin}/functions/v1/${path}` };
        return startMailbox({ port: await keptPort(workFolder, "mailbox"), ...webhookUrl });
      })
      : null;
    const clerk = "CLERK_API_URL" in ofPacks.sentences
      ? await start("Clerk", () => {
        const path = eventsPath("clerkEvents");
        const secret = ofPacks.local_values["CLERK_WEBHOOK_SECRET"] ?? "";
        const webhook = path === null ? {} : { webhook: { url: `${origin}/functions/v1/${path}`, secret } };
        return Promise.resolve(startClerk(webhook));
      })
      : null;
    const functions = await start("Functions", () =>
      startFunctions({
        projectFolder,
        environment: {
          ...functionEnvironment({ origin, keys, redis, sentryDsn: issues?.dsn ?? sentry.dsn, issues }),
          ...ofPacks.local_values,
          ...mailbox?.variables,
          ...clerk?.variables,
          ...options.variables,
        },
        optionalVariables: [...optionalVariables, ...Object.keys(ofPacks.sentences)],
        logFolder: `${workFolder}/functions`,
        ...(options.functions === undefined ? {} : { functions: options.functions }),
        ...(options.hasImports === undefined ? {} : { hasImports: options.hasImports }),
        ...(options.isolates === undefined ? {} : { isolates: options.isolates }),
        ...(options.watch === true ? { onRestart: (line: string) => progress.say(line) } : {}),
      }));
    Object.assign(functionUrls, functions.urls);
    Object.assign(verifyJwt, functions.verifyJwt);
    const loaded = options.samples === true &&
      await step("Sample data", (report) => loadSamples(database.url, projectFolder, report));
    await step("First refresh of the views", (report) => refreshViews(database.url, loaded ? "all" : "new", report));
    if (functions.urls["cron-audit"] !== undefined) {
      await step("First audit", async (report) => report(await auditOnce(origin, keys.cronKey)));
    }
    // Last, when pg_cron has had the time to read what the steps before altered.
    await showJobsToScheduler(database.url);
    options.signal?.throwIfAborted();
    return {
      origin,
      databaseUrl: database.url,
      superuserUrl: database.superuserUrl,
      keys,
      tokens: await demoTokens({ jwtSecret: keys.jwtSecret, issuer: issuerOf(origin) }),
      parts: [...parts],
      pages: pages !== null,
      functionUrls: functions.urls,
      redis,
      setStorageFault,
      mailbox,
      clerk,
      sentry: { dsn: sentry.dsn, where: sentry.where },
      stop,
    };
  } catch (error) {
    await stop().catch(() => {}); // the first error is the one to report
    throw error;
  }
}

async function pagesOf(
  { projectFolder }: StackOptions,
  { jwtSecret, publishableKey }: Keys,
  report: (line: string) => void,
): Promise<PagesRoute> {
  return await openPages({
    folder: await buildPages(projectFolder, report),
    publishableKey,
    people: DEMO_PEOPLE.map(({ name, title }) => ({ name, title })),
    // Signed at each click, so that a stack that runs for weeks gives no token that is over.
    tokenOf: async (name, origin) => (await demoTokens({ jwtSecret, issuer: issuerOf(origin) }))[name],
  });
}

function demoTokenBy({ jwtSecret }: Keys) {
  return async (email: string, issuer: string): Promise<string | undefined> => {
    const person = DEMO_PEOPLE.find((candidate) => candidate.email === email);
    return person === undefined ? undefined : (await demoTokens({ jwtSecret, issuer }))[person.name];
  };
}

const NPM_STEP = "Parts from npm";

/** Checked before anything is started, so that the error does not come after a minute. */
function requireFree(port: number): void {
  if (port === 0 || isPortFree(port)) return;
  throw new StackError(
    `port ${port} on 127.0.0.1 is in use`,
    `end the program that listens there, or choose another: deno task start --port ${port + 1} (or FRESHET_PORT)`,
  );
}
