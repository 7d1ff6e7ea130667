import { deepEqual, equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { chartItems } from "../registry/items.ts";
import { styleSheetOf, variablesOf } from "../registry/styles.ts";

const items = await chartItems(fileURLToPath(new URL("..", import.meta.url)));

Deno.test("each chart of the registry brings every variable of its sheet, and none with a name of another sheet", () => {
  ok(items.some(({ name }) => name === "line"));
  for (const { name, files, cssVars: { light, dark } } of items) {
    const sheet = files.find(({ path }) => path.endsWith(".css"))?.content ?? "";
    const used = new Set([...sheet.matchAll(/var\(--([\w-]+)\)/g)].map(([, variable = ""]) => variable));
    const set = new Set([...sheet.matchAll(/--([\w-]+):/g)].map(([, variable = ""]) => variable));
    ok(used.size > 5, name);
    for (const variable of used) {
      ok(variable.startsWith("freshet-"), `${name}: ${variable}`);
      ok(set.has(variable) || (variable in light && variable in dark), `${name}: nothing sets ${variable}`);
    }
  }
});

Deno.test("a file that two charts need is the same in both, so that it is written once", () => {
  const contents = new Map<string, string>();
  for (const { target, content } of items.flatMap(({ files }) => files)) {
    equal(contents.get(target) ?? content, content, target);
    contents.set(target, content);
  }
});

Deno.test("of the other sheets a chart takes the rules for its classes, and those for its elements inside of it", () => {
  const parts = { classes: new Set(["quiet"]), elements: new Set(["table", "td"]) };
  const before = "/* a, b {} */ .quiet, .loud { color: var(--quiet) }\ntable td,\nform { margin: 0 }";
  const after = "@media print { .loud { display: none } td { color: red } }";
  equal(
    styleSheetOf(before, ".chart { fill: var(--accent) }", after, parts),
    [
      ".quiet {\n  color: var(--freshet-quiet)\n}",
      ":where(.chart) table td {\n  margin: 0\n}",
      ".chart {\n  fill: var(--freshet-accent)\n}",
      "@media print {\n  :where(.chart) td {\n    color: red\n  }\n}\n",
    ].join("\n\n"),
  );
});

Deno.test("variables have a value for light and for dark; one that is the same in both is a rule of the sheet", () => {
  const tokens = ":root {\n  --a: light-dark(#fff, #000);\n  --b: serif;\n  --c: light-dark(red, blue);\n}";
  deepEqual(variablesOf(tokens, "x { color: var(--freshet-a); font: var(--freshet-b) }"), {
    light: { "freshet-a": "#fff" },
    dark: { "freshet-a": "#000" },
    rule: ":root {\n  --freshet-b: serif;\n}\n\n",
  });
});
