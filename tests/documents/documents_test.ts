// Follows the documents as a reader does: a copy of the project, a terminal, and every command run as it is written.
// Blocks that need a hosted project are left out; tests/tools/document_commands_test.ts sees that nothing else is.
import { equal, ok } from "node:assert/strict";
import { join } from "node:path";
import postgres from "postgres";
import { npmFolder } from "../../stack/npm_parts.ts";
import { pause } from "../../stack/pause.ts";
import { fateOf, filledIn } from "../support/documents/document_commands.ts";
import { allBlocks, type Block } from "../support/documents/documents.ts";
import { cliCommandsOf, cliFault } from "../support/documents/hosted_commands.ts";
import { printedProblem } from "../support/documents/printed_problem.ts";
import { shapeFault } from "../support/documents/printed_shape.ts";
import { openTerminal, type Terminal } from "../support/documents/typed_commands.ts";

const blocks = await allBlocks();
const isRun = (block: Block) => (block.info === "sh" || block.info === "sql") && fateOf(block) === "run";

/** In the order in which a newcomer meets them; the others afterwards. */
const FIRST = ["README.md", "docs/quick-start.md", "docs/auth-and-tenancy.md", "docs/operations.md", "docs/audit.md"];
const runnable = [...new Set(blocks.filter(isRun).map(({ document }) => document))];
const documents = [...FIRST.filter((one) => runnable.includes(one)), ...runnable.filter((one) => !FIRST.includes(one))];

/** A start takes a minute or two. A slot of the audit in the middle of it finds functions that are not up, and says so. */
const LONGEST_START_MS = 120_000;
const SLOT_MS = 300_000;

let terminal: Terminal;

Deno.test.beforeAll(async () => {
  terminal = await openTerminal();
  const untilSlot = SLOT_MS - Date.now() % SLOT_MS;
  if (untilSlot < LONGEST_START_MS) await pause(untilSlot + 1_000);
  const { code, said } = await terminal.type(
    'npx -y deno@2.9.6 task start\neval "$(npx -y deno@2.9.6 task --quiet status --env)"',
  );
  equal(code, 0, said);
});
Deno.test.afterAll(() => terminal.close());

Deno.test("every command for a hosted project is one of the pinned CLI, with the options that are shown", async () => {
  const { dependencies } = JSON.parse(await Deno.readTextFile(join(npmFolder, "package.json")));
  const commands = blocks.filter(({ info }) => info === "sh").flatMap(cliCommandsOf);
  ok(commands.length > 0);
  for (const command of commands) {
    equal(command.version, dependencies.supabase, command.where);
    equal(await cliFault(command), null, `${command.where}: the CLI does not know this`);
    // Without it the CLI means a database on this machine.
    if (command.words[0] === "db" || command.words[0] === "migration") {
      ok(command.options.includes("--remote"), command.where);
    }
  }
});

for (const document of documents) {
  Deno.test({
    name: `${document} works as it is written`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const own = blocks.filter((block) => block.document === document);
      for (const [index, block] of own.entries()) {
        if (!isRun(block)) continue;
        const next = own[index + 1];
        if (block.info === "sql") await execute(block);
        else await type(block, next?.info.endsWith(" output") ? next : null);
      }
    },
  });
}

async function type(block: Block, shown: Block | null): Promise<void> {
  const where = `${block.document}:${block.line}`;
  const { code, stdout, said } = await terminal.type(block.text);
  equal(code, 0, `${where} ended with ${code}:\n${said}`);
  if (shown === null) equal(printedProblem(stdout), null, `${where} is refused, and the page does not show that`);
  else equal(shapeFault(shown, stdout), null, `${where} printed something else:\n${stdout}`);
}

class RolledBack extends Error {}

/** Pages are read one at a time, and several refresh the same view by hand, which may be done once a minute. */
const A_MINUTE_LATER = `
  update analytics.refresh_log set started_at = started_at - interval '1 minute' where started_at > now() - interval '1 minute';
  update analytics.refresh_request_views set claimed_at = claimed_at - interval '1 minute'
  where claimed_at > now() - interval '1 minute'`;

/** As postgres, the role of the SQL editor; a block that is somebody else's sets the role itself. Nothing of it stays. */
async function execute(block: Block): Promise<void> {
  const text = filledIn(block);
  const sql = postgres(await terminal.variable("FRESHET_LOCAL_DATABASE_URL"), { max: 1, onnotice: () => {} });
  try {
    // The one statement of the documents that PostgreSQL refuses inside a transaction.
    if (text.startsWith("vacuum")) return void await sql.unsafe(text).simple();
    await sql.begin(async (transaction) => {
      await transaction.unsafe(A_MINUTE_LATER).simple();
      await transaction.unsafe(text).simple();
      throw new RolledBack();
    });
  } catch (error) {
    if (error instanceof RolledBack) return;
    throw new Error(`${block.document}:${block.line} is refused: ${String(error)}`, { cause: error });
  } finally {
    await sql.end({ timeout: 5 });
  }
}
