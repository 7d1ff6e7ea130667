/**
 * Suites that run at once. Many of them wait, for pg_cron's minutes or for products to start, so that four keep two
 * processors busy; more only wait for each other.
 */
export const WORKERS = 4;

/** A group of tests that shares one environment. */
export interface Suite {
  readonly name: string;
  /** One line for the run's output. */
  readonly what: string;
  /** Test paths in the project; `packs/*` stands for each pack that has such a folder. */
  readonly paths: readonly string[];
  /**
   * The suite's PostgreSQL: Debian's 15 with the real pg_cron, or 17 from npm with the local substitute for pg_cron.
   */
  readonly database?: "installed" | "embedded";
  /** Uses copies of a cluster with the sample, which is imported once per run; so does its database, if it has one. */
  readonly sample?: boolean;
  /**
   * Products that its tests start without the sample are copies of one migrated, empty cluster; so is its database, if it
   * has one and not the sample. A start that migrates by itself takes five seconds of a processor more.
   */
  readonly empty?: boolean;
  /**
   * Products that its tests start without the sample are copies of one empty cluster whose views were refreshed: the first
   * refresh of all views takes three seconds of a processor.
   */
  readonly refreshed?: boolean;
  /** Has random tests with larger counts in `deno task test:proofs`. */
  readonly proofs?: boolean;
  /** Needs pgTAP in schema tap. */
  readonly pgtap?: boolean;
  /** Needs the Debian packages, but no database from the runner. */
  readonly needsPackages?: boolean;
  /** Needs Debian's Chromium. */
  readonly needsBrowser?: boolean;
  readonly flags?: readonly string[];
  /** Facts in SQL are named one by one: on PostgreSQL 17 too, each runs. */
  readonly everyFact?: boolean;
}

/** In the order in which they start: those that wait first, the longest first, so that no long one is left for the end. */
export const suites: readonly Suite[] = [
  {
    name: "e2e",
    what: "the whole product through its origin",
    paths: ["tests/e2e", "packs/*/tests/e2e"],
    needsPackages: true,
    sample: true,
    empty: true,
    refreshed: true,
    proofs: true,
    // Each file has a stack of its own, and most of its time is waiting.
    flags: ["--parallel"],
  },
  {
    name: "unit",
    what: "core, contracts and tools; no sleeping, no network",
    paths: ["tests/unit", "tests/contract", "tests/tools", "packs/*/tests/unit"],
    proofs: true,
  },
  {
    name: "audit",
    what: "the audit and the doctor on the real pg_cron",
    paths: ["tests/audit"],
    database: "installed",
    empty: true,
    proofs: true,
  },
  {
    name: "integration",
    what: "views and their refreshes on the real pg_cron",
    paths: ["tests/integration", "packs/*/tests/integration"],
    database: "installed",
    empty: true,
    proofs: true,
  },
  {
    name: "scheduler",
    what: "what the audit reports about a real scheduler that is killed, disconnected and recreated",
    paths: ["tests/scheduler"],
    needsPackages: true,
    empty: true,
    // Each file has a cluster of its own, and they wait for the same minutes.
    flags: ["--parallel"],
  },
  {
    name: "documents",
    what: "every command and statement of the documents, run in a copy of the project",
    paths: ["tests/documents"],
    needsPackages: true,
  },
  {
    name: "stack",
    what: "the parts of the local stack",
    paths: ["tests/stack"],
    needsPackages: true,
    empty: true,
    proofs: true,
  },
  {
    name: "deployed",
    what: "the audit of a whole product: its first deployment and passes, isolates that are killed, planted secrets",
    paths: ["tests/deployed"],
    needsPackages: true,
    empty: true,
    refreshed: true,
    proofs: true,
  },
  {
    name: "oulad",
    what: "the real data set against DuckDB",
    paths: ["tests/oulad", "packs/*/tests/oulad"],
    database: "installed",
    sample: true,
    proofs: true,
    // DuckDB is kept out of the lock file: see tests/support/rigs/duckdb.ts.
    flags: ["--no-lock"],
  },
  {
    name: "house",
    what: "db lint, db advisors, schema dump and database types",
    paths: ["tests/house"],
    database: "installed",
    empty: true,
    proofs: true,
  },
  {
    name: "sql-17",
    what: "pgTAP on PostgreSQL 17, a fact of each object",
    paths: ["tests/sql"],
    database: "embedded",
    proofs: true,
    pgtap: true,
  },
  {
    name: "sql-15",
    what: "pgTAP on PostgreSQL 15 with the real pg_cron",
    paths: ["tests/sql"],
    database: "installed",
    empty: true,
    proofs: true,
    pgtap: true,
  },
  {
    name: "packs",
    what: "checkouts without a pack, and without any",
    paths: ["tests/packs"],
    proofs: true,
  },
  {
    name: "published",
    what: "what other programs rely on: the OpenAPI document, the client in Node, Deno and Chromium",
    paths: ["tests/published"],
    needsBrowser: true,
    proofs: true,
    // The linter is kept out of the lock file: see tests/published/openapi_lint_test.ts.
    flags: ["--no-lock"],
  },
  {
    name: "pages",
    what: "the pages in Chromium on the whole product: sign-in, figures, keyboard, colours, sizes",
    paths: ["tests/pages", "packs/*/tests/pages"],
    needsPackages: true,
    needsBrowser: true,
    sample: true,
    proofs: true,
    // The browser's driver and axe are kept out of the lock file: see tests/support/rigs/browser.ts.
    flags: ["--no-lock"],
  },
  {
    name: "hosted",
    what: "what the Supabase CLI uploads, served by the version of Deno that the platform's edge runtime is built on",
    paths: ["tests/hosted"],
    needsPackages: true,
    empty: true,
    refreshed: true,
    proofs: true,
  },
  {
    name: "docs",
    what: "examples in docstrings",
    paths: ["shared", "packs/*/*.ts", "packs/*/resources"],
    flags: ["--doc"],
  },
];

/** The test paths of a suite. */
export function pathsOf(name: string): readonly string[] {
  return suites.find((suite) => suite.name === name)?.paths ?? [];
}

/**
 * What the words of a command line name: suites by their names, and test files or folders by their paths, each in the
 * suite that it belongs to. Without words, all suites, or with `proofs` all that have proofs.
 *
 * @throws Error with the list of names for an unknown name, for a path that belongs to no suite, and with `proofs` for
 *   a suite without proofs: it would run as in `task test`
 */
export function chooseSuites(words: readonly string[], proofs = false): readonly Suite[] {
  const known = suites.filter((suite) => !proofs || suite.proofs === true);
  if (words.length === 0) return known;
  const wanted = new Map<Suite, string[]>();
  for (const word of words) {
    const named = known.filter((suite) => word.includes("/") ? holds(suite, word) : suite.name === word);
    if (named.length === 0) {
      const what = word.includes("/") ? "path of a suite" : proofs ? "suite with proofs" : "suite";
      throw new Error(`Unknown ${what} "${word}": choose from ${known.map((suite) => suite.name).join(", ")}`);
    }
    for (const suite of named) wanted.set(suite, [...wanted.get(suite) ?? [], ...(word.includes("/") ? [word] : [])]);
  }
  return known.filter((suite) => wanted.has(suite)).map((suite) => narrowed(suite, wanted.get(suite) ?? []));
}

/** A suite that runs only these files and folders; without any, the suite as it is. */
function narrowed(suite: Suite, paths: readonly string[]): Suite {
  if (paths.length === 0) return suite;
  const facts = paths.filter((path) => path.endsWith(SQL));
  if (facts.length < paths.length) return { ...suite, paths };
  return {
    ...suite,
    flags: [...suite.flags ?? [], `--filter=/^(?:${facts.map(factName).join("|")})$/`],
    everyFact: true,
  };
}

/** Whether all of a suite is run. */
export function isWhole(suite: Suite): boolean {
  return suites.includes(suite);
}

/** Facts in SQL are run by one file, each as a test of this name. */
export function factName(path: string): string {
  const [object = "", file = ""] = path.split("/").slice(-2);
  return `${object}: ${file.slice(0, -SQL.length).replaceAll("_", " ")}`;
}

const SQL = ".test.sql";

function holds(suite: Suite, path: string): boolean {
  if (path.endsWith(SQL)) return suite.paths.includes("tests/sql"); // those of packs too
  return suite.paths.some((folder) => {
    const pattern = folder.split("/").map((part) => part === "*" ? "[^/]+" : part.replaceAll(".", "\\.")).join("/");
    return new RegExp(`^${pattern}(?:/|$)`).test(path);
  });
}
