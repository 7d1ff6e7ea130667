import { deepEqual, equal, ok } from "node:assert/strict";
import { blocksOf, inlineOf, runbookPageOf } from "../ops/runbook/markdown.ts";

Deno.test("a page of the runbook is read into headings, paragraphs, lists, commands and tables", () => {
  const page = [
    "# failed",
    "",
    "A run failed. It is",
    "reported once.",
    "",
    "- one `a|b`",
    "  and more",
    "- two",
    "",
    "```sql",
    "select 1;",
    "",
    "# not a heading",
    "```",
    "| a | b |",
    "| --- | --- |",
    "| `x|y` | 2 |",
  ].join("\n");
  const text = (...parts: string[]) => parts.map((part) => ({ kind: "text", text: part }));
  deepEqual(blocksOf(page), [
    { kind: "heading", level: 1, text: text("failed") },
    { kind: "paragraph", text: text("A run failed. It is reported once.") },
    { kind: "list", items: [[...text("one "), { kind: "code", text: "a|b" }, ...text(" and more")], text("two")] },
    { kind: "code", text: "select 1;\n\n# not a heading" },
    { kind: "table", head: [text("a"), text("b")], rows: [[[{ kind: "code", text: "x|y" }], text("2")]] },
  ]);
});

Deno.test("links, code and strong words are found inside a line, and a picture is its description", () => {
  deepEqual(inlineOf("**See** [`failed`](failed.md), ![a list](../a.png)."), [
    { kind: "strong", text: "See" },
    { kind: "text", text: " " },
    { kind: "link", text: [{ kind: "code", text: "failed" }], href: "failed.md" },
    { kind: "text", text: ", " },
    { kind: "text", text: "a list" },
    { kind: "text", text: "." },
  ]);
});

Deno.test("markup of a page stays text: nothing of it becomes an element by itself", () => {
  deepEqual(inlineOf("<img src=x onerror=alert(1)>"), [{ kind: "text", text: "<img src=x onerror=alert(1)>" }]);
});

Deno.test("only links inside the runbook open a page of it", () => {
  deepEqual(
    ["failed.md", "README.md#muting-a-job", "../audit.md", "https://a.example/x.md", "javascript:x.md"].map(
      runbookPageOf,
    ),
    [
      "failed.md",
      "README.md",
      null,
      null,
      null,
    ],
  );
});

const runbook = new URL("../../docs/runbook/", import.meta.url);

for (const { name } of Deno.readDirSync(runbook)) {
  if (!name.endsWith(".md")) continue;
  Deno.test(`the runbook's ${name} is read to its end, with no mark of Markdown left in its prose`, () => {
    const blocks = blocksOf(Deno.readTextFileSync(new URL(name, runbook)));
    ok(blocks.length > 2);
    const prose = JSON.stringify(
      blocks.filter(({ kind }) => kind !== "code"),
      (key, value) => value?.kind === "code" || key === "href" ? undefined : value,
    );
    equal(/\]\(|```|\*\*|`/.exec(prose)?.[0], undefined);
  });
}
