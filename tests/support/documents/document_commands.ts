// How each command in the documents is tested. tests/documents/documents_test.ts runs it against the product, unless
// its block is marked "hosted only", or it is listed below: another test runs it, or it runs the tests itself.
import type { Block } from "./documents.ts";

export interface Covered {
  readonly command: string;
  /** The file that runs the command. */
  readonly by: string;
  /** A text in that file: the test's name, or the command. */
  readonly as: string;
}

export const covered: readonly Covered[] = [
  { command: "npx -y deno@2.9.6 task test", by: ".ci/run", as: "exec npx -y deno@2.9.6 task test" },
  // Run step by step on a copy of the project with a new view; its last step, the unit tests, is a suite of every run.
  {
    command: "npx -y deno@2.9.6 task ok",
    by: "tests/tools/new_view_test.ts",
    as: '["run", "-A", "tools/check_import_direction.ts"]',
  },
  // Two suites that the full run includes.
  { command: "npx -y deno@2.9.6 task test sql-15 house", by: "tools/test/suites.ts", as: 'name: "house"' },
  // Built, packed and run for the three projects.
  {
    command: "npx -y deno@2.9.6 task build:packages",
    by: "tests/support/rigs/npx.ts",
    as: 'buildFreshet(join(home, "newer"))',
  },
  {
    command: "npm pack --dry-run ./dist/npm/freshet ./dist/npm/freshet-client",
    by: "tests/support/rigs/npx.ts",
    as: '"pack", "--silent"',
  },
  // Each command makes two databases.
  {
    command: "npx -y deno@2.9.6 task new:kind slow_refresh --severity error",
    by: "tests/house/new_migration_test.ts",
    as: '["task", "new:kind", "slow_refresh", "--severity", "error"]',
  },
  {
    command: "npx -y deno@2.9.6 task new:migration audit slow_refresh",
    by: "tests/house/new_migration_test.ts",
    as: "new:kind drafts its migration",
  },
  {
    command: "npx -y deno@2.9.6 task new:migration arena challenge_days_by_lane",
    by: "tests/house/new_migration_test.ts",
    as: "a plain view with a column more is replaced",
  },
];

/** Pages for a project that is not this one: a test of their own follows each from its first block to its last. */
export const followed: Readonly<Record<string, string>> = {
  "docs/existing-project.md": "tests/hosted/existing_project_test.ts",
};

export type Fate = "run" | "covered" | "hosted";

/** The first line of a block that needs a hosted project, as a comment of the block's language. */
const HOSTED = /^(?:#|--) hosted only\b/;

/** A placeholder that the reader fills in. */
const PLACEHOLDER = /<[a-z][\w -]*>|…/;

/** Values for placeholders in SQL that exist in every database. */
const EXAMPLES: Readonly<Record<string, string>> = {
  "<jobid>": "(select min(jobid) from cron.job)",
  "<job>": "refresh-mv_agent_progress",
  "<password>": "correct horse battery staple",
};

/**
 * Texts of a block that cannot run locally: the hosted project's URL, the CLI that calls it, or a third party's server.
 */
const REMOTE = /<ref>|\bsupabase@[\d.]+ |api\.supabase\.com|upstash\.com|sentry\.io|metabase\.example\.com/;

/** The commands of a block, without comments, each on one line. */
export function commandsOf(block: Block): string[] {
  return block.text.replaceAll(/\\\n\s*/g, "").split("\n")
    .map((line) => line.replace(/(?:^|\s+)#.*$/, "").trim())
    .filter((line) => line !== "");
}

/** The text of a block with its placeholders filled in. */
export function filledIn(block: Block): string {
  if (block.info !== "sql") return block.text;
  return Object.entries(EXAMPLES).reduce((text, [name, value]) => text.replaceAll(name, value), block.text);
}

/** How the block is tested. @throws Error with the remedy, if no test would run it. */
export function fateOf(block: Block): Fate {
  const where = `${block.document}:${block.line}`;
  if (HOSTED.test(block.text)) {
    if (REMOTE.test(block.text)) return "hosted";
    throw new Error(`${where} says "hosted only", and nothing in it goes to a hosted project: let it be run`);
  }
  if (block.document in followed) return "covered";
  if (PLACEHOLDER.test(filledIn(block))) {
    throw new Error(
      `${where} has something to fill in, so it cannot be run: use the variables of "deno task status --env" or names ` +
        `that the samples have, or begin it with a line "hosted only"`,
    );
  }
  if (block.info !== "sh") return "run";
  const commands = commandsOf(block);
  const known = commands.filter((command) => covered.some((one) => one.command === command));
  if (known.length === 0) return "run";
  if (known.length === commands.length) return "covered";
  throw new Error(`${where} mixes commands that are run here with "${known[0]}", which another test runs: split it`);
}
