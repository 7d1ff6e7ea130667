import { join } from "node:path";
import { type Child, startChild } from "../child.ts";
import { freePort } from "../free_port.ts";
import type { Part } from "../part.ts";
import { readProjectConfig } from "../project_config.ts";
import { writePrivately } from "../private_files.ts";
import { supervise } from "../supervise.ts";
import { answersAt, untilUp } from "../until_up.ts";
import { liteConfiguration } from "./configuration.ts";

export interface DataApiOptions {
  /** Its role owns schema auth or is a superuser: lite creates its tables there. */
  databaseUrl: string;
  /** Where `npm install` of stack/npm was run. */
  npmFolder: string;
  jwtSecret: string;
  publishableKey: string;
  secretKey: string;
  workFolder: string;
  /** The folder with the supabase/config.toml that names the exposed schemas. This repository by default. */
  projectFolder?: string;
  /** The database is a replica, whose primary has a data API: lite then makes no tables of its own. */
  isReplica?: boolean;
  /** Called when it dies again and again. */
  onTrouble?: ((message: string) => void) | undefined;
}

/** The data API, auth and storage: @supabase/lite on our Postgres, as a child process. */
export interface DataApiPart extends Part {
  readonly url: string;
  readonly logFile: string;
  /** Starts it again on the same port. It reads the schema once, so this is what makes a migration visible to it. */
  restart(): Promise<void>;
}

/** Starts the data API and waits until it answers. Throws a StackError with the end of its log when it does not. */
export async function startDataApi(options: DataApiOptions): Promise<DataApiPart> {
  const folder = join(options.workFolder, "data_api");
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const logFile = join(folder, "data_api.log");
  const project = await readProjectConfig(options.projectFolder ?? join(import.meta.dirname ?? ".", "..", ".."));
  await Deno.mkdir(join(folder, "supabase"), { recursive: true });
  await writePrivately(
    join(folder, "supabase", "config.toml"),
    liteConfiguration(project, { ...options, port }),
  );
  await writePrivately(logFile, "");

  async function launch(signal?: AbortSignal): Promise<Child> {
    const child = startLite(options, folder, logFile);
    await untilUp(child, {
      name: "The data API",
      answers: () => answersAt(`${url}/rest/v1/`, { apikey: options.secretKey }),
      remedy: `read ${logFile}; when a package is missing, delete ${options.npmFolder}/node_modules and start again`,
      signal,
    });
    return child;
  }
  const supervision = supervise(await launch(), {
    name: "The data API",
    logFile,
    launch,
    onTrouble: options.onTrouble,
  });
  return {
    name: "data API, auth, storage",
    kind: "real",
    detail: `@supabase/lite ${await installedVersion(options.npmFolder)}, ${url}`,
    url,
    logFile,
    restart: () => supervision.restart(),
    stop: () => supervision.stop(),
  };
}

function startLite({ npmFolder, isReplica = false }: DataApiOptions, folder: string, logFile: string): Child {
  const entry = join(npmFolder, "node_modules", "@supabase", "lite", "dist", "cli", "index.js");
  return startChild({
    command: Deno.execPath(),
    // --no-admin: otherwise a request without a key would run as service_role.
    args: [
      ...["run", "--allow-all", "--no-lock", "--node-modules-dir=manual"],
      // npm links this package; Deno runs linked code only when it was asked to load it before.
      ...["--preload", join(npmFolder, "postgres-json", "index.js"), entry, "start", "--no-admin"],
    ],
    cwd: folder,
    environment: {
      EXPERIMENTAL_STORAGE: "1",
      LITE_TELEMETRY: "0",
      NO_COLOR: "1",
      ...(isReplica ? { FRESHET_STANDBY: "1" } : {}),
    },
    logFile,
  });
}

async function installedVersion(npmFolder: string): Promise<string> {
  const manifest = join(npmFolder, "node_modules", "@supabase", "lite", "package.json");
  return JSON.parse(await Deno.readTextFile(manifest)).version;
}
