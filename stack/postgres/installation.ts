import { join } from "node:path";

/** A set of PostgreSQL binaries that a private cluster can be made with. */
export interface Installation {
  readonly binFolder: string;
  readonly major: number;
  readonly flavour: "installed" | "embedded";
  readonly hasStatStatements: boolean;
}

/**
 * The newest installed PostgreSQL that has pg_cron, or null.
 * Looks where Debian and its descendants put them, then asks the pg_config on PATH.
 */
export async function findInstallation(debianFolder = "/usr/lib/postgresql"): Promise<Installation | null> {
  const found: Installation[] = [];
  for (const binFolder of await candidateFolders(debianFolder)) {
    const installation = await inspect(binFolder);
    if (installation !== null) found.push(installation);
  }
  found.sort((a, b) => b.major - a.major);
  return found[0] ?? null;
}

async function candidateFolders(debianFolder: string): Promise<string[]> {
  const folders: string[] = [];
  try {
    for await (const entry of Deno.readDir(debianFolder)) folders.push(join(debianFolder, entry.name, "bin"));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const onPath = await pgConfig("pg_config", "--bindir");
  if (onPath !== null && !folders.includes(onPath)) folders.push(onPath);
  return folders;
}

async function inspect(binFolder: string): Promise<Installation | null> {
  // pg_config belongs to the development package on Debian, so the share folder is also guessed from the bin folder.
  const major = await majorVersion(join(binFolder, "postgres"));
  if (major === null || !(await exists(join(binFolder, "initdb")))) return null;
  const shareFolders = [
    await pgConfig(join(binFolder, "pg_config"), "--sharedir"),
    `/usr/share/postgresql/${major}`,
    join(binFolder, "..", "share", "postgresql"),
    join(binFolder, "..", "share"),
  ];
  for (const shareFolder of shareFolders) {
    if (shareFolder === null || !(await exists(join(shareFolder, "extension", "pg_cron.control")))) continue;
    const hasStatStatements = await exists(join(shareFolder, "extension", "pg_stat_statements.control"));
    return { binFolder, major, flavour: "installed", hasStatStatements };
  }
  return null;
}

async function majorVersion(postgres: string): Promise<number | null> {
  const text = await outputOf(postgres, "--version");
  const major = text?.match(/\(PostgreSQL\) (\d+)/)?.[1];
  return major === undefined ? null : Number(major);
}

function pgConfig(command: string, question: string): Promise<string | null> {
  return outputOf(command, question);
}

async function outputOf(command: string, argument: string): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command(command, { args: [argument], stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null; // not there, or not ours to run: no candidate
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
