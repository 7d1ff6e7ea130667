// What the stack says when npm, or a script of a package, does not do its work.
import { rejects } from "node:assert/strict";
import { runNode } from "../../stack/node_command.ts";
import { StackError } from "../../stack/stack_error.ts";

const said = (pattern: RegExp) => (error: unknown) => error instanceof StackError && pattern.test(error.message);

Deno.test("a command that is not there says what to install, one that fails says why, and one that does not end is ended", async () => {
  await rejects(
    runNode("no-such-npm", ["ci"], ".", "do this"),
    said(/^"no-such-npm" was not found\n {2}→ install Node\.js 20\.19/),
  );
  const script = "console.error('npm error at Object.<anonymous>\\nnpm error the reason'); process.exit(1)";
  await rejects(
    runNode("node", ["-e", script], ".", "do this"),
    said(/^"node -e" failed in \.:\n {4}npm error the reason\n {2}→ do this$/),
  );
  await rejects(
    runNode("node", ["-e", "setInterval(() => {}, 1000)"], ".", "do this", 1_000),
    said(/^"node -e" was still running after 1 seconds\n {2}→ do this$/),
  );
  await runNode("node", ["-e", ""], ".", "do this");
});
