import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { chartItems, registryFiles } from "./registry/items.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The paths of the pages: packs/<pack>/pages/<page>.tsx is /<pack>/<page>, and app/<page>/page.tsx is /<page>. */
async function pagePaths(): Promise<string[]> {
  const rooms = await readdir(here("."));
  const own = await Promise.all(
    rooms.map(async (room) => [room, await readdir(here(`./${room}`)).catch(() => [])] as const),
  );
  const found = own.filter(([, files]) => files.includes("page.tsx")).map(([room]) => room);
  for (const pack of await readdir(here("../packs")).catch(() => [])) {
    const files = await readdir(here(`../packs/${pack}/pages`)).catch(() => []);
    found.push(...files.filter((file) => file.endsWith(".tsx")).map((file) => `${pack}/${file.slice(0, -4)}`));
  }
  return found;
}

/**
 * Gives each page a document of its own, so that any static host answers its address without a rule. A document has the
 * browser load the settings and the page's modules together with the entry, not one after the other.
 */
function documents(): Plugin {
  let folder = "";
  let base = "/";
  const modules = new Map<string, readonly string[]>();
  return {
    name: "freshet-documents",
    apply: "build",
    configResolved({ root, build, ...config }) {
      folder = resolve(root, build.outDir);
      base = config.base;
    },
    transformIndexHtml: () => [{
      tag: "link",
      attrs: { rel: "preload", href: `${base}settings.json`, as: "fetch", crossorigin: true },
      injectTo: "head",
    }],
    generateBundle(_options, bundle) {
      // A page's module and all that it imports, without the entry and what the entry imports.
      const filesOf = (file: string): string[] => {
        const output = bundle[file];
        return output?.type !== "chunk" || output.isEntry ? [] : [file, ...output.imports.flatMap(filesOf)];
      };
      for (const output of Object.values(bundle)) {
        const module = output.type === "chunk" ? output.facadeModuleId : null;
        const [, pack, page] = /\/packs\/([^/]+)\/pages\/([^/]+)\.tsx$/.exec(module ?? "") ?? [];
        const [, own] = /\/app\/([^/]+)\/page\.tsx$/.exec(module ?? "") ?? [];
        const path = own ?? (page === undefined ? null : `${pack}/${page}`);
        if (path !== null) modules.set(path, [...new Set(filesOf(output.fileName))]);
      }
    },
    async closeBundle() {
      const document = await readFile(join(folder, "index.html"), "utf8");
      for (const path of await pagePaths()) {
        const links = (modules.get(path) ?? []).map((file) =>
          `    <link rel="modulepreload" crossorigin href="${base}${file}">\n`
        );
        await mkdir(join(folder, path), { recursive: true });
        await writeFile(
          join(folder, path, "index.html"),
          document.replace(/ *<link rel="stylesheet"/, (first) => links.join("") + first),
        );
      }
    },
  };
}

/** The charts for other applications: r/<chart>.json beside the pages is what `npx shadcn add` takes. */
function chartRegistry(): Plugin {
  return {
    name: "freshet-chart-registry",
    apply: "build",
    async generateBundle() {
      for (const [fileName, source] of registryFiles(await chartItems(here(".")))) {
        this.emitFile({ type: "asset", fileName, source });
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
  plugins: [documents(), chartRegistry()],
});
