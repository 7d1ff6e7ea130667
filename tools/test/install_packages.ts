/** A system package that the tests need. */
interface Need {
  /** A file or program that exists if the package is installed. */
  readonly proof: string;
  /** The name of the Debian package. */
  readonly debian: string;
  readonly what: string;
}

const EVERYWHERE: readonly Need[] = [
  { proof: "/usr/lib/postgresql/15/bin/postgres", debian: "postgresql-15", what: "PostgreSQL 15" },
  { proof: "/usr/share/postgresql/15/extension/pg_cron.control", debian: "postgresql-15-cron", what: "pg_cron" },
  { proof: "/usr/share/postgresql/15/extension/pgtap.control", debian: "postgresql-15-pgtap", what: "pgTAP" },
  {
    proof: "/usr/share/postgresql/15/extension/plpgsql_check.control",
    debian: "postgresql-15-plpgsql-check",
    what: "plpgsql_check, which db lint runs",
  },
  { proof: "/usr/bin/redis-server", debian: "redis-server", what: "Redis" },
];

/** 113 MB and 40 seconds, so only the suite that opens a page installs it, while other suites run. */
export const BROWSER: readonly Need[] = [{ proof: "/usr/bin/chromium", debian: "chromium", what: "Chromium" }];

/** Installs the missing Debian packages, as root. @throws Error with the command to run, if it cannot */
export async function installPackages(needs: readonly Need[] = EVERYWHERE): Promise<void> {
  const missing = needs.filter((need) => !exists(need.proof));
  if (missing.length === 0) return;
  const names = missing.map((need) => need.debian);
  const command = `apt-get update && apt-get install -y --no-install-recommends ${names.join(" ")}`;
  const list = missing.map((need) => `  ${need.what}: ${need.proof}`).join("\n");
  if (Deno.uid() !== 0 || !exists("/usr/bin/apt-get")) {
    throw new Error(`The tests need what is not installed here:\n${list}\nOn Debian 12 run as root: ${command}`);
  }
  console.log(`Installing for the tests: ${names.join(", ")} (apt-get, as root)`);
  await run("apt-get", ["update", "-qq"]);
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...names]);
  const absent = needs.find((need) => !exists(need.proof));
  if (absent !== undefined) {
    throw new Error(
      `apt-get installed ${absent.debian}, yet ${absent.proof} is missing: the tests are written for Debian 12`,
    );
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

async function run(program: string, args: string[]): Promise<void> {
  const { success, code, stderr } = await new Deno.Command(program, {
    args,
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(`${program} ${args.join(" ")} ended with code ${code}: ${new TextDecoder().decode(stderr).trim()}`);
  }
}
