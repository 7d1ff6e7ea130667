// The sources are written in React's dialect: a team that wants React itself changes two settings, and nothing else.
import { deepEqual, equal, ok } from "node:assert/strict";
import { dirname, join } from "node:path";
import { z } from "zod";
import { packNames, projectFolder } from "../../tools/pack_folders.ts";
import { copyFolder } from "../support/rigs/project_copy.ts";

const REACT = ["react@19.3.1", "react-dom@19.3.1", "@types/react@19", "@types/react-dom@19"];

// Imported by name at run time only: every command downloads what the lock file lists.
const SHADCN = "npm:shadcn@4.23.1/schema";
interface Schema<Value> {
  parse(value: unknown): Value;
}
const Schemas = z.object({
  registryItemSchema: z.custom<Schema<unknown>>((value) => value !== undefined),
  registrySchema: z.custom<Schema<{ readonly items: readonly { readonly name: string }[] }>>((value) =>
    value !== undefined
  ),
});

async function run(cwd: string, command: string, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  equal(code, 0, `${command} ${args.join(" ")}\n${said}`);
}

async function change(file: string, edit: (text: string) => string): Promise<void> {
  const text = await Deno.readTextFile(file);
  const edited = edit(text);
  ok(edited !== text, `nothing changed in ${file}`);
  await Deno.writeTextFile(file, edited);
}

Deno.test("the sources run on React itself, here and in applications that take a chart", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "freshet-react-" });
  try {
    const pages = packNames().map((pack) => `packs/${pack}/pages`);
    for (const name of ["app", "shared/client", ...pages]) {
      if (await Deno.stat(join(projectFolder, name)).then(() => true, () => false)) await copyFolder(name, folder);
    }
    const app = join(folder, "app");
    await change(join(app, "vite.config.ts"), (text) => text.replace(/alias: \[[^]*?\n {4}\],/, "alias: [],"));
    await change(join(app, "tsconfig.json"), (text) => {
      const settings = JSON.parse(text);
      settings.compilerOptions.paths = {
        "react": ["./node_modules/@types/react/index.d.ts"],
        "react-dom/client": ["./node_modules/@types/react-dom/client.d.ts"],
        "react/jsx-runtime": ["./node_modules/@types/react/jsx-runtime.d.ts"],
      };
      return JSON.stringify(settings);
    });
    await run(app, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", ...REACT);

    await t.step("without the alias to Preact they compile against React's types, and build with React", async () => {
      await run(app, "npm", "run", "check");
      await run(app, "npm", "run", "build");
      const names = await Array.fromAsync(Deno.readDir(join(app, "dist/assets")), ({ name }) => name);
      const texts = await Promise.all(names.map((name) => Deno.readTextFile(join(app, "dist/assets", name))));
      ok(texts.some((text) => text.includes("react.dev/errors")), "React is not in the build");
    });

    await t.step(
      "each chart of the registry is an item for shadcn, and compiles with nothing but its files",
      async () => {
        const { registryItemSchema, registrySchema } = Schemas.parse(await import(SHADCN));
        const charts = await itemsOf(join(app, "dist/r"));
        const { items } = registrySchema.parse(JSON.parse(await Deno.readTextFile(join(app, "dist/r/registry.json"))));
        deepEqual(items.map(({ name }) => name), charts.map(({ name }) => name));
        ok(charts.some(({ name }) => name === "calendar"), "there is no calendar");
        const alone = join(app, "alone");
        for (const chart of charts) {
          registryItemSchema.parse(chart);
          for (const { target, content } of chart.files) {
            await ensureParent(join(alone, chart.name, target));
            await Deno.writeTextFile(join(alone, chart.name, target), content);
          }
          const { dependencies } = JSON.parse(await Deno.readTextFile(join(app, "package.json")));
          for (const wanted of chart.dependencies) {
            const [, name = "", version] = /^(.+)@(.+)$/.exec(wanted) ?? [];
            equal(dependencies[name], version, `${chart.name} wants ${wanted}`);
          }
        }
        await Deno.writeTextFile(join(alone, "tsconfig.json"), JSON.stringify(APPLICATION));
        await run(app, "npx", "tsc", "--noEmit", "--project", "alone");
      },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** As an application of Vite's template has it. */
const APPLICATION = {
  compilerOptions: {
    target: "es2023",
    lib: ["ES2023", "DOM", "DOM.Iterable"],
    module: "esnext",
    moduleResolution: "bundler",
    jsx: "react-jsx",
    strict: true,
    verbatimModuleSyntax: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    skipLibCheck: true,
    allowArbitraryExtensions: true,
    types: [],
  },
  include: ["."],
};

const Item = z.object({
  name: z.string(),
  dependencies: z.array(z.string()),
  files: z.array(z.looseObject({ target: z.string(), content: z.string() })),
}).loose();

async function itemsOf(folder: string): Promise<z.infer<typeof Item>[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  const texts = names.filter((name) => name !== "registry.json").sort().map((name) =>
    Deno.readTextFile(join(folder, name))
  );
  return (await Promise.all(texts)).map((text) => Item.parse(JSON.parse(text)));
}

async function ensureParent(file: string): Promise<void> {
  await Deno.mkdir(dirname(file), { recursive: true });
}
