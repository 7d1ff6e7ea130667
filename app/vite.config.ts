import { cp, mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The paths of the pages: packs/<pack>/pages/<page>.tsx is /<pack>/<page>, and app/<page>/entry.ts is /<page>. */
async function pagePaths(): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(here("."))) {
    if ((await readdir(here(`./${name}`)).catch(() => [])).includes("entry.ts")) found.push(name);
  }
  for (const pack of await readdir(here("../packs")).catch(() => [])) {
    const files = await readdir(here(`../packs/${pack}/pages`)).catch(() => []);
    found.push(...files.filter((file) => file.endsWith(".tsx")).map((file) => `${pack}/${file.slice(0, -4)}`));
  }
  return found;
}

/** Gives each page a document of its own, so that any static host answers its address without a rule. */
function documents(): Plugin {
  let folder = "";
  return {
    name: "freshet-documents",
    apply: "build",
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir);
    },
    async closeBundle() {
      for (const path of await pagePaths()) {
        await mkdir(join(folder, path), { recursive: true });
        await cp(join(folder, "index.html"), join(folder, path, "index.html"));
      }
    },
  };
}

export default defineConfig({
  root: here("."),
  // The sources are written in React's dialect. Without these lines, and with React installed, they run on React.
  resolve: {
    alias: [
      { find: /^react$/, replacement: here("./node_modules/preact/compat/dist/compat.mjs") },
      { find: /^react-dom\/client$/, replacement: here("./node_modules/preact/compat/client.mjs") },
      { find: /^react\/jsx-runtime$/, replacement: here("./node_modules/preact/jsx-runtime/dist/jsxRuntime.mjs") },
    ],
    // The pages of packs are outside of this folder, and have no packages of their own.
    dedupe: ["preact", "react", "react-dom"],
  },
  oxc: { jsx: { runtime: "automatic", importSource: "react" } },
  server: { fs: { allow: [here("..")] } },
  build: {
    target: "es2023",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // The test of sizes reads which file loads which.
    manifest: true,
    modulePreload: { polyfill: false },
  },
  plugins: [documents()],
});
