import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";

const target = z.object({ specifier: z.string().optional() }).optional();

const graph = z.object({
  modules: z.array(z.object({
    specifier: z.string(),
    error: z.string().optional(),
    dependencies: z.array(z.object({ specifier: z.string(), code: target, type: target })).default([]),
  })),
});

export interface Import {
  /** The importing module, a file URL. */
  readonly from: string;
  /** As written: a relative path or a package's name. */
  readonly written: string;
  /** What it resolves to: a file URL, `npm:…`, `node:…`; null if it does not resolve. */
  readonly to: string | null;
}

/** Every import of every module reachable from `entry`, types and dynamic imports included, as Deno resolves them. */
export async function importsFrom(entry: string, config: string): Promise<Import[]> {
  const options = { maxBuffer: 64 * 1024 * 1024 };
  const arguments_ = ["info", "--json", "--no-lock", "--config", config, entry];
  const { stdout } = await promisify(execFile)(Deno.execPath(), arguments_, options);
  const { modules } = graph.parse(JSON.parse(stdout));
  const [broken] = modules.filter((module) => module.error !== undefined);
  if (broken !== undefined) throw new Error(`Cannot read "${broken.specifier}": ${broken.error}`);
  return modules.flatMap((module) =>
    module.dependencies.map((dependency) => ({
      from: module.specifier,
      written: dependency.specifier,
      to: dependency.code?.specifier ?? dependency.type?.specifier ?? null,
    }))
  );
}

/** The package of a bare specifier: `@a/b` for `@a/b/c`; a `node:` module counts as its own package. */
export function packageName(specifier: string): string {
  if (specifier.startsWith("node:")) return specifier;
  const bare = specifier.replace(/^npm:\/?/, "");
  const parts = bare.split("/").slice(0, bare.startsWith("@") ? 2 : 1);
  return parts.join("/").replace(/(.)@[^/]*$/, "$1");
}
