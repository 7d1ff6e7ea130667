import { join } from "node:path";
import { z } from "zod";
import type { ManagedProject } from "./management_api/mod.ts";
import { npmFolder } from "./npm_parts.ts";
import { StackError } from "./stack_error.ts";

/** Which project is meant, and which database it is applied to. */
export interface CliTarget {
  /** The folder that holds supabase/. */
  readonly projectFolder: string;
  /** As role "postgres": the CLI works with a hosted project's privileges. */
  readonly databaseUrl: string;
}

/** A project on the platform, or on the stand-in for its management API. */
export interface HostedTarget extends ManagedProject {
  readonly projectFolder: string;
}

/** One complaint of `db lint` or `db advisors`. */
export interface Finding {
  readonly level: string;
  /** The function, or the rule of the advisor. */
  readonly subject: string;
  readonly message: string;
}

const lintReport = z.array(z.object({
  function: z.string(),
  issues: z.array(z.object({ level: z.string(), message: z.string() })),
}));
const advisorReport = z.array(z.object({ name: z.string(), level: z.string(), detail: z.string() }));

/**
 * `supabase db push`: applies the migrations that the database has not seen. Answers their file names. A migration that
 * was in a deadlock with a job has done nothing, and is tried again, twice.
 */
export async function pushMigrations(target: CliTarget, triesLeft = 2): Promise<string[]> {
  try {
    const { stderr } = await supabase(["db", "push", "--yes"], target, "mend the migration, or: deno task reset");
    return [...stderr.matchAll(/^Applying migration (\S+?)\.*$/gm)].map((match) => match[1] ?? "");
  } catch (error) {
    if (!(error instanceof StackError && error.message.includes("40P01")) || triesLeft === 0) throw error;
    return await pushMigrations(target, triesLeft - 1);
  }
}

/** `supabase db lint`: runs plpgsql_check over every PL/pgSQL function. Needs the extension plpgsql_check. */
export async function lintDatabase(target: CliTarget): Promise<Finding[]> {
  const remedy = "the linter needs the extension plpgsql_check (Debian: apt-get install postgresql-15-plpgsql-check)";
  const { stdout } = await supabase(["db", "lint", "--level", "warning", "--output", "json"], target, remedy);
  return lintReport.parse(parseReport(stdout)).flatMap((report) =>
    report.issues.map((issue) => ({ level: issue.level, subject: report.function, message: issue.message }))
  );
}

/** `supabase db advisors`: Supabase's own checks of security and performance. */
export async function adviseDatabase(target: CliTarget): Promise<Finding[]> {
  const { stdout } = await supabase(
    ["db", "advisors", "--level", "warn", "--output", "json"],
    target,
    "read what it says",
  );
  return advisorReport.parse(parseReport(stdout)).map((finding) => ({
    level: finding.level.toLowerCase(),
    subject: finding.name,
    message: finding.detail,
  }));
}

/** `supabase gen types`: TypeScript for the tables, views and functions of these schemas. Not formatted. */
export async function generateTypes(target: CliTarget, schemas: readonly string[]): Promise<string> {
  const args = ["gen", "types", "--lang", "typescript", "--schema", schemas.join(",")];
  return (await supabase(args, target, "see that every schema exists")).stdout;
}

/** `supabase functions deploy --use-api`: uploads each function's files, as in deploy.md. */
export async function deployFunctions(target: HostedTarget, names: readonly string[]): Promise<void> {
  await supabase(["functions", "deploy", ...names, "--use-api", "--yes"], target, "read what the CLI says");
}

/** `supabase secrets set --env-file`: variables of the functions. */
export async function setSecrets(target: HostedTarget, envFile: string): Promise<void> {
  await supabase(["secrets", "set", "--env-file", envFile, "--yes"], target, "read what the CLI says");
}

async function supabase(
  args: string[],
  target: CliTarget | HostedTarget,
  remedy: string,
): Promise<{ stdout: string; stderr: string }> {
  const output = await runNode(
    [
      join(npmFolder, "node_modules", "supabase", "dist", "supabase.js"),
      ...args,
      `--remote=${"ref" in target ? target.ref : addressOf(target)}`,
      ...["--workdir", target.projectFolder, "--agent", "no"],
    ],
    {
      // Its own settings go there, not into the user's home folder.
      SUPABASE_HOME: join(target.projectFolder, ".freshet", "supabase-cli"),
      ...("ref" in target ? credentialsOf(target) : passwordOf(target)),
    },
  );
  const decoder = new TextDecoder();
  const stdout = decoder.decode(output.stdout);
  const stderr = decoder.decode(output.stderr);
  if (output.success) return { stdout, stderr };
  const said = readable(`${stderr}\n${stdout}`);
  throw new StackError(`supabase ${args.slice(0, 2).join(" ")} failed:\n    ${said.join("\n    ")}`, remedy);
}

/** Without the password: a command line can be read by every user of the machine, an environment cannot. */
function addressOf({ databaseUrl }: CliTarget): string {
  const url = new URL(databaseUrl);
  url.password = "";
  if (url.hostname === "127.0.0.1") url.searchParams.set("sslmode", "disable"); // our clusters speak no TLS
  return url.href;
}

function passwordOf({ databaseUrl }: CliTarget): Record<string, string> {
  const password = decodeURIComponent(new URL(databaseUrl).password);
  return password === "" ? {} : { PGPASSWORD: password };
}

function credentialsOf({ profileFile, accessToken }: HostedTarget): Record<string, string> {
  return { SUPABASE_PROFILE: profileFile, SUPABASE_ACCESS_TOKEN: accessToken };
}

/** Runs the CLI with its telemetry switched off. */
async function runNode(args: string[], environment: Record<string, string>): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command("node", {
      args,
      env: { SUPABASE_TELEMETRY_DISABLED: "1", SUPABASE_NO_UPDATE_NOTIFIER: "1", NO_COLOR: "1", ...environment },
      stdin: "null",
    }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new StackError(
      `"node", which runs the Supabase CLI, was not found`,
      "install Node.js 20 or newer (https://nodejs.org), and see that it is on PATH",
    );
  }
}

/** The output of the CLI without the lines that only help with a hosted project; of the migrations only the last one. */
function readable(said: string): string[] {
  const lines = said.split("\n").map((line) => line.trimEnd()).filter((line) =>
    line !== "" && !/--debug|Network Restrictions|supabase\.com\/dashboard|^Confirmed by --yes|^Target:/.test(line)
  );
  const last = lines.findLastIndex((line) => line.startsWith("Applying migration"));
  return lines.filter((line, index) => index === last || !line.startsWith("Applying migration"));
}

/** Without a finding the CLI prints a sentence, or nothing, instead of a list. */
function parseReport(stdout: string): unknown {
  const text = stdout.trim();
  return text.startsWith("[") ? JSON.parse(text) : [];
}
