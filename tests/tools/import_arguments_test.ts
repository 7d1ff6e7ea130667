import { deepEqual, throws } from "node:assert/strict";
import { parseArguments } from "../../stack/choose_import.ts";

Deno.test("import:oulad names what it was given instead of one folder, and repeats no password", () => {
  deepEqual(parseArguments(["samples/oulad"]), { folder: "samples/oulad", dbUrl: null });
  throws(() => parseArguments([]), /it was given none\n {2}→ deno task import:oulad/);
  throws(() => parseArguments(["--help"]), /it was given "--help"\n/);
  throws(
    () => parseArguments(["samples/oulad", "postgresql://u:hunter2@h/db"]),
    /given "samples\/oulad", an address\n/,
  );
});
