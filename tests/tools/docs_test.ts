// The documents are held to the code wherever they repeat it.
import { deepEqual, ok } from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { ERROR_STATUS } from "../../shared/kernel/app_error.ts";
import { fullName } from "../../shared/resource/resource.ts";
import { readVersions } from "../../tools/packages/version.ts";
import { PARTS } from "../../tools/import_rules.ts";
import { packNames, spread } from "../../tools/pack_folders.ts";
import { resources } from "../../tools/resources.ts";
import { documents, projectFolder as root, readDocument as read } from "../support/documents/documents.ts";

/** First cells of the rows of the table that follows a line. */
function firstCells(text: string, header: string): string[] {
  const lines = text.split("\n");
  const start = lines.indexOf(header);
  ok(start >= 0, `no table with the header: ${header}`);
  const rows = lines.slice(start + 2);
  return rows.slice(0, rows.findIndex((line) => !line.startsWith("|"))).map((line) => line.split("|")[1]?.trim() ?? "");
}

Deno.test("every link between documents leads somewhere", async () => {
  for (const document of await documents()) {
    for (const [, target = "", , anchor] of (await read(document)).matchAll(/\]\((?!https?:)([^)#]*)(#([^)]+))?\)/g)) {
      const path = target === "" ? join(root, document) : join(root, dirname(document), target);
      // A checkout may have left that pack out.
      const [, pack] = /^packs\/([^/]+)/.exec(relative(root, path)) ?? [];
      if (pack !== undefined && !packNames().includes(pack)) continue;
      ok(await Deno.stat(path).then(() => true, () => false), `${document} links to ${target}, which does not exist`);
      if (anchor === undefined || !path.endsWith(".md")) continue;
      const anchors = anchorsOf(await Deno.readTextFile(path));
      ok(anchors.includes(anchor), `${document} links to ${target}#${anchor}; there are ${anchors.join(", ")}`);
    }
  }
});

Deno.test("docs/README.md lists every page, the runbook's aside, which have a list of their own", async () => {
  const index = await read("docs/README.md");
  const listed = [...index.matchAll(/\]\(([^)#]+)/g)].map(([, target = ""]) => join("docs", target));
  for (const document of await documents()) {
    if (!/^docs\/(?!README|runbook\/)/.test(document)) continue;
    ok(listed.includes(document), `docs/README.md does not list ${document}: give it a line for its reader`);
  }
});

/** The fragments of a document's headings, as GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```[^]*?^```$/gm, "");
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(" ", "-")
  );
}

Deno.test("every task that a document names exists", async () => {
  const { tasks } = JSON.parse(await read("deno.json"));
  for (const document of await documents()) {
    for (const [, task = ""] of (await read(document)).matchAll(/deno(?:@2\.9\.6)? task ([a-z][a-z:]*)/g)) {
      ok(task in tasks, `${document} names "deno task ${task}"`);
    }
  }
});

Deno.test("every task has a description", async () => {
  const { tasks } = JSON.parse(await read("deno.json"));
  for (const [name, task] of Object.entries(tasks)) {
    ok(typeof task === "object" && task !== null && "description" in task, name);
  }
});

Deno.test("docs/api.md lists every resource with its parameters", async () => {
  const page = await read("docs/api.md");
  for (const resource of resources) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`/${fullName(resource)}\``));
    ok(row !== undefined, `docs/api.md has no row for /${fullName(resource)}`);
    for (const param of Object.keys(resource.params.shape)) {
      ok(row.includes(param), `${param} of /${fullName(resource)}`);
    }
  }
});

Deno.test("docs/api.md lists every error code", async () => {
  const codes = (await read("docs/api.md")).matchAll(/^\| (\d{3}) \| `([A-Z_]+)` \|/gm);
  const listed = Object.fromEntries([...codes].map(([, status, code]) => [code, Number(status)]));
  deepEqual(listed, { ...ERROR_STATUS });
});

Deno.test("docs/deploy.md lists every variable that the functions read and the platform does not set", async () => {
  const read_by_code = new Set<string>();
  for (const folder of ["shared/adapters", "supabase/functions/analytics", "supabase/functions/cron-audit"]) {
    for (const name of await readdir(join(root, folder), { recursive: true })) {
      if (!name.endsWith(".ts")) continue;
      const text = await read(join(folder, name));
      for (const [, name = ""] of text.matchAll(/\b((?:FRESHET|SENTRY|UPSTASH)_[A-Z_]*[A-Z])(?:"|:)/g)) {
        read_by_code.add(name);
      }
    }
  }
  const listed = firstCells(await read("docs/deploy.md"), "| variable | meaning | default |")
    .flatMap((cell) => [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name = ""]) => name));
  deepEqual(listed.sort(), [...read_by_code].sort());
});

Deno.test("a pack's README lists every variable that its functions read", async () => {
  for (const file of await spread(["packs/*/functions/variables.ts"])) {
    const { VARIABLES }: { readonly VARIABLES: Record<string, string> } = await import(join(root, file));
    const readme = await read(join(file, "../../README.md"));
    const listed = firstCells(readme, "| variable | meaning | default |")
      .flatMap((cell) => [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name = ""]) => name));
    deepEqual(listed.sort(), Object.keys(VARIABLES).sort(), file);
  }
});

Deno.test("the tree in ARCHITECTURE.md exists", async () => {
  const tree = (await read("ARCHITECTURE.md")).split("```")[1] ?? "";
  let folder = "";
  for (const line of tree.split("\n")) {
    const [, indent = "", names = ""] = /^( *)((?:[\w.:-]+[/]?(?:<\w+>\/)?(?: (?=[\w-]+\/))?)+)/.exec(line) ?? [];
    if (names === "" || indent.length > 2) continue;
    if (indent === "") folder = "";
    for (const name of names.trim().split(" ")) {
      const path = `${folder}${name}`.replace(/<.*$/, "");
      ok(await Deno.stat(join(root, path)).then(() => true, () => false), `ARCHITECTURE.md names ${path}`);
    }
    if (indent === "") folder = names.trim().includes(" ") ? "" : names.trim();
  }
});

Deno.test("the arrows between rooms in ARCHITECTURE.md are those of tools/import_rules.ts", async () => {
  const drawn = new Map<string, readonly string[]>();
  for (const [, from = "", to = ""] of (await read("ARCHITECTURE.md")).matchAll(/^([\w, ]+?) +──> ([\w, ]+)$/gm)) {
    for (const room of from.split(", ")) drawn.set(room, to.split(", ").sort());
  }
  const ruled = PARTS.filter(({ name, may_import }) => drawn.has(name) || may_import.includes("kernel"))
    .filter(({ name }) =>
      !["platform", "http", "adapters", "functions", "entry points", "functions of packs"].includes(name)
    );
  deepEqual(
    Object.fromEntries([...drawn].sort()),
    Object.fromEntries(ruled.map(({ name, may_import }) => [name, [...may_import].sort()] as const).sort()),
  );
});

Deno.test("ARCHITECTURE.md is a map: at most 180 lines of 100 columns, and its decisions are in docs/decisions", async () => {
  const lines = (await read("ARCHITECTURE.md")).trimEnd().split("\n");
  ok(lines.length <= 180, `ARCHITECTURE.md has ${lines.length} lines: move what is not needed to find a place`);
  deepEqual(lines.filter((line) => line.length > 100 || /^\*\*\d{4}-/.test(line)), []);
});

Deno.test("documents have lines of at most 100 columns, where a line can be broken; tables and blocks aside", async () => {
  const pages = [...await documents(), ...PARTS.map(({ name }) => `shared/${name}/README.md`)];
  for (const page of pages.filter((path) => !/(?:^|\/)bench\/results\//.test(path))) {
    const prose = (await read(page).catch(() => "")).replaceAll(
      /^ *```[^]*?^ *```$|<!-- measured: begin -->[^]*?<!-- measured: end -->/gm,
      "",
    );
    // Nothing breaks within code or within a link.
    const whole = /^\s*(?:\S+|!?\[[^\]]*\]\(\S+\)\S*)$/;
    const long = prose.split("\n").filter((line) =>
      line.length > 100 && !/^ *\|/.test(line) && !whole.test(line.replaceAll(/`[^`]*`/g, "`"))
    );
    deepEqual(long, [], page);
  }
});

Deno.test("decisions have a date and are in its order", async () => {
  for (const document of await documents()) {
    if (!/^docs\/decisions\/|^packs\/[^/]+\/README\.md$/.test(document)) continue;
    const text = await read(document);
    if (!text.includes("\n## Decisions\n")) continue;
    const decisions = (text.split("\n## Decisions\n")[1] ?? "").split("\n## ")[0] ?? "";
    const dates = [...decisions.matchAll(/^\*\*(\S+?), /gm)].map(([, date = ""]) => date);
    ok(dates.length > 0 && dates.every((date) => /^\d{4}-\d\d-\d\d$/.test(date)), `${document}: ${dates.join(", ")}`);
    deepEqual(dates, [...dates].sort(), document);
  }
});

Deno.test("documents name the version of the package that deno.json has", async () => {
  const { version } = await readVersions();
  const named: string[] = [];
  for (const page of await documents()) {
    for (const [, one = ""] of (await read(page)).matchAll(/\bfreshet@(\d[\w.-]*)/g)) named.push(`${page}: ${one}`);
  }
  ok(named.length > 5);
  deepEqual(named.filter((one) => !one.endsWith(`: ${version}`)), []);
});
