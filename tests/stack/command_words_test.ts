import { deepEqual, equal } from "node:assert/strict";
import { readCommandWords } from "../../stack/command_words.ts";

const OPTIONS = { values: ["rows"], flags: ["json", "help"] };

Deno.test("a value stands behind a space or an equals sign, and flags stand anywhere", () => {
  for (
    const args of [["a", "--rows", "5", "--json"], ["--json", "--rows=5", "a"], ["a", "--", "--json", "--rows", "5"]]
  ) {
    const { values, flags, positionals, unknown } = readCommandWords(args, OPTIONS);
    deepEqual(
      [[...values], [...flags], positionals, unknown],
      [[["rows", "5"]], ["json"], ["a"], null],
      args.join(" "),
    );
  }
});

Deno.test("-h asks for help, and an option without its value has the empty one", () => {
  equal(readCommandWords(["-h"], OPTIONS).flags.has("help"), true);
  equal(readCommandWords(["--rows"], OPTIONS).values.get("rows"), "");
});

Deno.test("the first word that is no option of the command is handed back as it was given", () => {
  const unknown = (...args: string[]) => readCommandWords(args, OPTIONS).unknown;
  equal(unknown("a", "--row=5", "--jason"), "--row=5");
  equal(unknown("-x"), "-x");
  equal(unknown("--json=yes"), "--json=yes");
  equal(unknown("--rows", "-5"), "-5");
  equal(unknown("--rows=-5"), null);
});
