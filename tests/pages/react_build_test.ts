// The sources are written in React's dialect: a team that wants React itself changes two settings, and nothing else.
import { equal, ok } from "node:assert/strict";
import { join } from "node:path";
import { packNames, projectFolder } from "../../tools/pack_folders.ts";
import { copyFolder } from "../support/rigs/project_copy.ts";

const REACT = ["react@19.3.1", "react-dom@19.3.1", "@types/react@19", "@types/react-dom@19"];

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

Deno.test("without the alias to Preact the same sources compile against React's types, and build with React", async () => {
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
    await run(app, "npm", "run", "check");
    await run(app, "npm", "run", "build");
    const names = await Array.fromAsync(Deno.readDir(join(app, "dist/assets")), ({ name }) => name);
    const texts = await Promise.all(names.map((name) => Deno.readTextFile(join(app, "dist/assets", name))));
    ok(texts.some((text) => text.includes("react.dev/errors")), "React is not in the build");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
