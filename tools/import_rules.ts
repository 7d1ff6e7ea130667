/** The arrows of ARCHITECTURE.md as data: which part of the tree may import which, and who may name a vendor. */
export interface Part {
  readonly name: string;
  /** Repository paths that belong to it. The first part that matches owns a file. */
  readonly files: RegExp;
  /** Parts that it may import besides itself; a single file may be named by its path. */
  readonly may_import: "any" | readonly string[];
  /** Packages that it may import. `node:` modules count as packages. */
  readonly packages: "any" | readonly string[];
  /** Whether it may name the runtime's global, `Deno`. */
  readonly knows_deno: boolean;
}

const RESOURCE = "shared/core/resource.ts";
const REGISTRY = "shared/core/registry.ts";

export const PARTS: readonly Part[] = [
  { name: "core", files: /^shared\/core\//, may_import: [], packages: ["zod"], knows_deno: false },
  { name: "http", files: /^shared\/http\//, may_import: ["core"], packages: ["zod"], knows_deno: false },
  { name: "adapters", files: /^shared\/adapters\//, may_import: ["core"], packages: "any", knows_deno: true },
  {
    name: "registry",
    files: /^packs\/registry\.ts$/,
    may_import: [REGISTRY, "packs"],
    packages: [],
    knows_deno: false,
  },
  // What stays at home: how a pack is verified, demonstrated, measured and tested. Nothing that is deployed imports it.
  {
    name: "workbench",
    files: /^packs\/[^/]+\/(?:(?:tests|bench|bi|demo)\/|(?:verify|demo)\.ts$)/,
    may_import: "any",
    packages: "any",
    knows_deno: true,
  },
  { name: "packs", files: /^packs\/[^/]+\//, may_import: [RESOURCE], packages: ["zod"], knows_deno: false },
  // What it knows of packs is generated from their schemas, so that no part of them is in a browser's bundle.
  { name: "client", files: /^shared\/client\//, may_import: [], packages: [], knows_deno: false },
  {
    name: "functions",
    files: /^supabase\/functions\//,
    may_import: ["http", "adapters", "registry", "core"],
    packages: [],
    knows_deno: true,
  },
];

/** Entry points and programs write to the console; everything else takes a log as an argument. */
export const CONSOLE_USERS = /^supabase\/functions\/[^/]+\/index\.ts$|^packs\/[^/]+\/(?:tests|bench|bi)\//;

/** Function folders hold deployables, no logic. */
export const ENTRY_POINT = /^supabase\/functions\/[^/]+\/index\.ts$/;
export const LONGEST_ENTRY_POINT = 25;

/** The pack that a file is of; no file imports another pack's. */
export function packOf(path: string): string | undefined {
  return /^packs\/([^/]+)\//.exec(path)?.[1];
}

export function partOf(path: string): Part | undefined {
  return PARTS.find((part) => part.files.test(path));
}
