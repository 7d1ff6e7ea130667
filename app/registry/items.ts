import { readdir, readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { type Parts, styleSheetOf, type Variables, variablesOf } from "./styles.ts";

/** A file that `shadcn add` writes. */
export interface ItemFile {
  readonly path: string;
  readonly type: "registry:component" | "registry:lib" | "registry:file";
  readonly target: string;
  readonly content: string;
}

/** A chart, as a registry of shadcn has it. */
export interface Item {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  readonly files: readonly ItemFile[];
  readonly cssVars: Pick<Variables, "light" | "dark">;
}

/** Where the files are in an application; below it the folders of `app/` are kept, so that imports stay as they are. */
const TARGET = "components/freshet";
const SHEET = "styles/charts.css";
/** What every chart stands in: not a chart. */
const FIGURE = "figure.tsx";

/**
 * An item for each chart of `app/charts`. An item holds all of its files: what two charts share is the same in both, and
 * is written once. So an item needs no other, whose address would depend on the host.
 *
 * @throws Error for a chart without a sentence that says what it is, or whose file has an import that is not handled
 */
export async function chartItems(app: string): Promise<Item[]> {
  const charts = await readdir(join(app, "charts"));
  const names = charts.filter((file) => file.endsWith(".tsx") && file !== FIGURE).sort();
  const sources = new Map<string, string>();
  for (const name of charts.filter((file) => /\.tsx?$/.test(file))) {
    sources.set(`charts/${name}`, await readFile(join(app, "charts", name), "utf8"));
  }
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(app, "package.json"), "utf8"));
  const versions: Readonly<Record<string, string>> = { ...dependencies, ...devDependencies };
  const read = (file: string) => readFile(join(app, "styles", file), "utf8");
  const [base, own, print] = await Promise.all(["base.css", "charts.css", "print.css"].map(read));
  const sheet = styleSheetOf(base ?? "", own ?? "", print ?? "", partsOf([...sources.values()]));
  const { rule, ...cssVars } = variablesOf(await read("tokens.css"), sheet);

  const items: Item[] = [];
  for (const name of names) {
    const main = `charts/${name}`;
    const files = await filesOf(main, sources, app);
    const packages = [...new Set(files.flatMap((file) => packagesOf(sources.get(file) ?? "")))].sort();
    const types = packages.map((name) => `@types/${name}`).filter((name) => versions[name] !== undefined);
    const short = name.replace(/(?:_chart)?\.tsx$/, "").replaceAll("_", "-");
    items.push({
      name: short,
      title: `${short.charAt(0).toUpperCase()}${short.slice(1).replaceAll("-", " ")}`,
      description: sentenceOf(main, sources.get(main) ?? ""),
      dependencies: packages.map((name) => pinned(name, versions)),
      devDependencies: types.map((name) => pinned(name, versions)),
      files: [
        ...files.map((file) => itemFile(file, elsewhere(sources.get(file) ?? "", file))),
        itemFile(SHEET, rule + sheet),
      ],
      cssVars,
    });
  }
  return items;
}

/** A file and all that it imports, by their paths in `app/`. */
async function filesOf(main: string, sources: Map<string, string>, app: string): Promise<string[]> {
  const found = new Set<string>();
  const left = [main];
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const text = sources.get(file) ?? await readFile(join(app, file), "utf8");
    sources.set(file, text);
    const folder = posix.dirname(file);
    left.push(...importsOf(text).filter((name) => name.startsWith(".")).map((name) => posix.join(folder, name)));
  }
  return [...found].sort();
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/^(?:import|export)\s(?:[^"]*\sfrom\s)?"([^"]+)";$/gm)].map(([, name = ""]) => name);
}

function packagesOf(text: string): string[] {
  return importsOf(text).filter((name) => !name.startsWith(".") && !/^react(?:$|[-/])/.test(name));
}

function pinned(name: string, versions: Readonly<Record<string, string>>): string {
  const version = versions[name];
  if (version === undefined) throw new Error(`app/package.json has no version of ${name}, which a chart imports`);
  return `${name}@${version}`;
}

/** Class names that are put together from parts have their rules in the charts' own sheet, which is taken whole. */
function partsOf(texts: readonly string[]): Parts {
  const text = texts.join("\n");
  const names = [...text.matchAll(/className=(?:"([^"]*)"|\{`([^`]*)`\})/g)];
  return {
    classes: new Set(names.flatMap(([, plain, made]) => (plain ?? made ?? "").split(/\s+/))),
    elements: new Set([...text.matchAll(/<([a-z][a-z0-9]*)[\s>]/g)].map(([, name = ""]) => name)),
  };
}

/** What the comment above the chart says. */
function sentenceOf(file: string, text: string): string {
  const [, comment] = /\/\*\*((?:(?!\*\/)[^])*)\*\/\nexport function [A-Z]/.exec(text) ?? [];
  const sentence = comment?.replaceAll(/\s*\n\s*\*?\s*/g, " ").trim();
  if (sentence === undefined || sentence === "") throw new Error(`${file} does not say above its chart what it is`);
  return sentence;
}

/** Other projects do not name the endings of files in imports, and do not read Deno's comments. */
function elsewhere(text: string, file: string): string {
  const plain = text.replaceAll(/^\/\/ @ts-types=.*\n/gm, "")
    .replaceAll(/((?:^|\n)(?:import|export)\s(?:[^"]*\sfrom\s)?"\.[^"]*?)\.tsx?";/g, '$1";');
  const sheet = posix.relative(posix.dirname(file), SHEET);
  return file.endsWith(".tsx") ? `import "${sheet}";\n${plain}` : plain;
}

function itemFile(file: string, content: string): ItemFile {
  const type = file.endsWith(".css") ? "registry:file" : file.endsWith(".tsx") ? "registry:component" : "registry:lib";
  return { path: file, type, target: `${TARGET}/${file}`, content };
}

/** The files of the registry, by their paths on the host: an index, and each item with its files' content. */
export function registryFiles(items: readonly Item[]): ReadonlyMap<string, string> {
  const whole = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  const listed = items.map(({ files, ...item }) => ({
    ...item,
    type: "registry:component",
    files: files.map(({ content: _, ...file }) => file),
  }));
  const index = {
    $schema: "https://ui.shadcn.com/schema/registry.json",
    name: "freshet",
    homepage: "/",
    items: listed,
  };
  const schema = "https://ui.shadcn.com/schema/registry-item.json";
  return new Map([
    ["r/registry.json", whole(index)],
    ...items.map((item) =>
      [`r/${item.name}.json`, whole({ $schema: schema, ...item, type: "registry:component" })] as const
    ),
  ]);
}
