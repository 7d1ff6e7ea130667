import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readCommandWords } from "./command_words.ts";
import { StackError } from "./stack_error.ts";

export const usage = `Freshet's local stack

  deno task start [--port N] [--no-samples] [--watch] [--db-url URL]
                                     bring it up; Ctrl-C stops it
  deno task stop                     stop it from another terminal
  deno task status [--json] [--env]  say what runs; --env: as variables for a shell
  deno task reset                    stop it, delete its database and keys

  --no-samples  leave the Open University's rows out: tables and views are empty
  --watch       start the functions again when a file in shared/, packs/ or supabase/functions/ changes
  --db-url URL  a superuser's URL: use that database, which is empty or was filled by an earlier start, instead of a
                cluster of our own; its server gets the platform's roles (anon, authenticator, …), or has them altered.
                DATABASE_URL is not read, it belongs to your other projects

Environment
  FRESHET_PORT          the origin's port (54321)
  FRESHET_POSTGRES      auto, installed (with pg_cron) or embedded (from npm)
  FRESHET_WORK_FOLDER   where database, keys and logs are kept (.freshet)
  FRESHET_DATABASE_URL  the same as --db-url
  FRESHET_ISSUERS, FRESHET_JWT_ISSUER, FRESHET_CLAIM_ORG, FRESHET_CLAIM_ORG_ROLE, FRESHET_CLAIM_ADMIN
                        whose tokens the functions take, and where their claims are: docs/auth-and-tenancy.md
  SENTRY_DSN            send events to that Sentry project instead of Spotlight`;

export const commands = ["start", "stop", "status", "reset", "help"] as const;

const flavours = ["auto", "installed", "embedded"] as const;

/** What the functions get from the shell. Variables of packs are not among them: with its key, mails would leave. */
const handedOn = [
  ...["FRESHET_ISSUERS", "FRESHET_JWT_ISSUER"],
  ...["FRESHET_CLAIM_ORG", "FRESHET_CLAIM_ORG_ROLE", "FRESHET_CLAIM_ADMIN"],
] as const;

/** The settings of a command, from the command line and the environment. */
export interface Arguments {
  readonly command: typeof commands[number];
  readonly projectFolder: string;
  readonly workFolder: string;
  readonly port: number;
  readonly flavour: typeof flavours[number];
  readonly samples: boolean;
  readonly watch: boolean;
  readonly json: boolean;
  readonly env: boolean;
  readonly databaseUrl?: string;
  readonly sentryDsn?: string;
  /** What the functions get besides what the stack gives them. */
  readonly variables: Readonly<Record<string, string>>;
}

export function parseArguments(args: readonly string[], environment: (name: string) => string | undefined): Arguments {
  const { values, flags, positionals, unknown } = readCommandWords(args, {
    values: ["port", "db-url"],
    flags: ["no-samples", "watch", "json", "env", "help"],
  });
  const [command, more] = flags.has("help") ? ["help"] : positionals;
  const misunderstood = unknown ?? more;
  if (misunderstood !== undefined) throw notUnderstood(misunderstood);
  /** Set to nothing counts as not set. */
  function setting(name: string): string | undefined {
    return environment(name) || undefined;
  }
  const projectFolder = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
  const databaseUrl = command === "start"
    ? chosenDatabase(values.get("db-url"), setting("FRESHET_DATABASE_URL"))
    : undefined;
  const sentryDsn = setting("SENTRY_DSN");
  return {
    command: oneOf(commands, command ?? "help", "command"),
    projectFolder,
    workFolder: resolve(setting("FRESHET_WORK_FOLDER") ?? join(projectFolder, ".freshet")),
    port: parsePort(values.get("port") ?? setting("FRESHET_PORT") ?? "54321"),
    flavour: oneOf(flavours, setting("FRESHET_POSTGRES") ?? "auto", "FRESHET_POSTGRES"),
    samples: !flags.has("no-samples"),
    watch: flags.has("watch"),
    json: flags.has("json"),
    env: flags.has("env"),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(sentryDsn === undefined ? {} : { sentryDsn }),
    variables: Object.fromEntries(
      handedOn.map((name) => [name, setting(name) ?? ""]).filter(([, value]) => value !== ""),
    ),
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new StackError(`"${text}" is not a port`, "give a number from 1 to 65535, or 0 for a free one");
}

/** Checks an address without repeating it: it may hold a password. */
function chosenDatabase(option: string | undefined, variable: string | undefined): string | undefined {
  const text = option ?? variable;
  if (text === undefined) return undefined;
  const source = option === undefined ? "FRESHET_DATABASE_URL" : "--db-url";
  if (URL.canParse(text) && /^postgres(?:ql)?:$/.test(new URL(text).protocol)) return text;
  throw new StackError(
    `${source} is no database URL`,
    "write it as postgresql://user:password@host:5432/postgres, with special characters of the password percent-encoded",
  );
}

function oneOf<T extends string>(allowed: readonly T[], value: string, what: string): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new StackError(`"${value}" is no ${what}`, `use one of: ${allowed.join(", ")}`);
}

/** The word after a mistyped option may be a URL with a password: addresses are not repeated. */
function notUnderstood(word: string): StackError {
  const said = word.includes("://") ? "an address" : `"${word}"`;
  return new StackError(`${said} was not understood`, "see: deno task start --help");
}
