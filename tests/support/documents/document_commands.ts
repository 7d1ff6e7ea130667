// What becomes of the commands that documents show. Each is run against the product by tests/documents/documents_test.ts, unless
// its block says that it takes a hosted project, or it stands below: another test runs it, or it runs the tests itself.
import type { Block } from "./documents.ts";

export interface Covered {
  readonly command: string;
  /** The file in which it is run. */
  readonly by: string;
  /** What that file says there: the test's name, or the command. */
  readonly as: string;
}

export const covered: readonly Covered[] = [
  { command: "npx -y deno@2.9.6 task test", by: ".ci/run", as: "exec npx -y deno@2.9.6 task test" },
  // On a copy of the project with a new view, step by step; its last step, the unit tests, is a suite of every run.
  {
    command: "npx -y deno@2.9.6 task ok",
    by: "tests/tools/new_view_test.ts",
    as: '["run", "-A", "tools/check_import_direction.ts"]',
  },
  // Two of the suites that this one runs, by itself.
  { command: "npx -y deno@2.9.6 task test sql-15 house", by: "tools/test/suites.ts", as: 'name: "house"' },
  // Each makes two databases.
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
  "docs/existing-project.md": "tests/documents/existing_project_test.ts",
};

export type Fate = "run" | "covered" | "hosted";

/** The first line of a block that takes a project on the platform, in the language's own comment. */
const HOSTED = /^(?:#|--) hosted only\b/;

/** Something that the reader fills in. */
const PLACEHOLDER = /<[a-z][\w -]*>|…/;

/** What stands for the reader's own, in SQL: a test fills in something that every database has. */
const EXAMPLES: Readonly<Record<string, string>> = {
  "<jobid>": "(select min(jobid) from cron.job)",
  "<job>": "refresh-mv_agent_progress",
  "<password>": "correct horse battery staple",
};

/** What shows that a block cannot run on this machine: the project's own address, the CLI that goes there, or a tool's server. */
const REMOTE = /<ref>|\bsupabase@[\d.]+ |api\.supabase\.com|upstash\.com|sentry\.io|metabase\.example\.com/;

/** The commands of a block, without comments, each on one line. */
export function commandsOf(block: Block): string[] {
  return block.text.replaceAll(/\\\n\s*/g, "").split("\n")
    .map((line) => line.replace(/(?:^|\s+)#.*$/, "").trim())
    .filter((line) => line !== "");
}

/** The text of a block as it is run. */
export function filledIn(block: Block): string {
  if (block.info !== "sql") return block.text;
  return Object.entries(EXAMPLES).reduce((text, [name, value]) => text.replaceAll(name, value), block.text);
}

/** @throws Error when nobody would run the block, with what to do about it. */
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
