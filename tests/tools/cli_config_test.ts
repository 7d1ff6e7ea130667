// Edits of a project's config.toml as text: its comments and its order stay, and taking them back leaves it as it was.
import { deepEqual, equal, throws } from "node:assert/strict";
import { parse } from "smol-toml";
import {
  exposedSchemas,
  exposureOf,
  functionsIn,
  withoutSchema,
  withSchema,
  withSections,
} from "../../cli/config_text.ts";

const CONFIGS: Readonly<Record<string, string>> = {
  "a list on one line": '[api]\nschemas = ["public", "graphql_public"] # exposed\nmax_rows = 10\n',
  "a list on lines of their own, with a comma at its end": '[api]\nschemas = [\n  "public", # ours ]\n  "other",\n]\n',
  "a list on lines of their own, without one":
    '[api]\nenabled = true\nschemas = [\n  "public",\n  "other"\n]\n[db]\nport = 1\n',
  "a comma before the end of a line": '[api]\nschemas = ["public",]\n',
  "an empty list": "[api]\nschemas = []\n",
  "no list": "# mine\n[api]\nenabled = true\n\n[db]\nport = 1\n",
  "no section": 'project_id = "bare"\n',
  "another section's list": '[api]\nenabled = true\n\n[other]\nschemas = ["theirs"]\n',
};

for (const [what, text] of Object.entries(CONFIGS)) {
  Deno.test(`the schema is added to ${what}, once, and taken out again without a trace`, () => {
    const before = exposedSchemas(text);
    const edited = withSchema(text, "analytics");
    deepEqual(exposedSchemas(edited), [...before, "analytics"]);
    equal(withSchema(edited, "analytics"), edited);
    equal(withoutSchema(edited, "analytics", exposureOf(text, "analytics")), text);
    for (const comment of text.match(/#[^\n]*/g) ?? []) equal(edited.includes(comment), true, comment);
  });
}

Deno.test("a list that cannot be edited as text is refused with what to write", () => {
  throws(() => withSchema('api = { schemas = ["public"] }\n', "analytics"), /cannot be edited|redefine|already/i);
});

Deno.test("sections of functions are written again in place of those that are there, and taken out without a trace", () => {
  const text = "[api]\nenabled = true\n\n[functions.own]\nverify_jwt = true\n";
  const first = withSections(text, { functions: ["cron-audit"], hook: false });
  const second = withSections(first, { functions: ["analytics", "cron-audit"], hook: true });
  deepEqual(functionsIn(second), ["analytics", "cron-audit"]);
  deepEqual(Object.keys(parse(second)["functions"] as object), ["own", "analytics", "cron-audit"]);
  equal(withSections(second, { functions: [], hook: false }), text);
});

Deno.test("what the project writes behind our sections stays", () => {
  const written = `${
    withSections("[api]\n", { functions: ["export"], hook: false })
  }\n[functions.later]\nenabled = true\n`;
  const again = withSections(written, { functions: ["analytics", "export"], hook: false });
  equal(again.includes("[functions.later]\nenabled = true\n"), true);
  equal(withSections(again, { functions: [], hook: false }), "[api]\n\n[functions.later]\nenabled = true\n");
});
