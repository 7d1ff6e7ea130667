/** The arrows of ARCHITECTURE.md as data: which part of the tree may import which parts and packages. */
export interface Part {
  readonly name: string;
  /** The paths of the part's files. A file belongs to the first part that matches. */
  readonly files: RegExp;
  /** Other parts that it may import; a single file may be named by its path. */
  readonly may_import: "any" | readonly string[];
  /** Packages that it may import. `node:` modules count as packages. */
  readonly packages: "any" | readonly string[];
  /** Whether it may use the runtime's global `Deno`. */
  readonly knows_deno: boolean;
}

const RESOURCE = "shared/resource/resource.ts";
const REGISTRY = "shared/resource/registry.ts";

/** A room of the product: it imports no pack, no vendor's package, and does not use the environment. */
function room(name: string, may_import: readonly string[]): Part {
  return { name, files: new RegExp(`^shared/${name}/`), may_import, packages: ["zod"], knows_deno: false };
}

/** The rooms. Each may import only rooms above it in this list. */
const ROOMS: readonly Part[] = [
  room("kernel", []),
  room("resource", ["kernel"]),
  room("access", ["kernel", "resource"]),
  room("cache", ["kernel"]),
  room("limits", ["kernel", "cache"]),
  room("read", ["kernel", "resource", "access", "cache"]),
  room("export", ["kernel", "resource", "access", "read"]),
  room("audit", ["kernel"]),
  room("ops", ["kernel", "resource", "cache", "limits", "read", "audit"]),
];

const ROOM_NAMES = ROOMS.map(({ name }) => name);

/** A room of the pages, which run in a browser. */
function appRoom(name: string, may_import: readonly string[], packages: readonly string[]): Part {
  return { name: `app/${name}`, files: new RegExp(`^app/${name}/`), may_import, packages, knows_deno: false };
}

const APP_ROOMS = ["app/words", "app/charts", "app/api", "app/session", "app/cards", "app/frame"];

/** The pages speak to the product through the client alone. Each room may import only rooms above it in this list. */
const APP: readonly Part[] = [
  appRoom("words", [], []),
  appRoom("charts", [], ["react", "d3-array", "d3-scale", "d3-shape"]),
  appRoom("api", ["client"], ["react"]),
  appRoom("session", [], ["react", "@supabase/auth-js"]),
  appRoom("cards", ["app/words", "app/charts", "app/api", "client"], ["react"]),
  appRoom("frame", ["app/session", "app/cards"], ["react"]),
  // A page of the app's own.
  appRoom("ops", [...APP_ROOMS, "client"], ["react"]),
  appRoom("try", ["app/words", "app/api", "app/session", "app/cards", "app/frame", "client"], ["react"]),
  // Of the build: the charts as files for other applications.
  appRoom("registry", [], ["node:fs/promises", "node:path"]),
  { name: "app/tests", files: /^app\/tests\//, may_import: "any", packages: "any", knows_deno: true },
  {
    name: "app",
    files: /^app\/(?:main\.tsx|own_pages\.ts|vite\.config\.ts)$/,
    may_import: [...APP_ROOMS, "app/ops", "app/try", "app/registry"],
    packages: ["react", "react-dom", "vite", "node:fs/promises", "node:path", "node:url"],
    knows_deno: false,
  },
];

export const PARTS: readonly Part[] = [
  ...ROOMS,
  {
    // The interface between `adapters`, which implements it, and `http`, which uses it; neither imports the other.
    name: "platform",
    files: /^shared\/platform\.ts$/,
    may_import: ROOM_NAMES,
    packages: [],
    knows_deno: false,
  },
  room("http", [...ROOM_NAMES, "platform"]),
  {
    name: "adapters",
    files: /^shared\/adapters\//,
    may_import: [...ROOM_NAMES, "platform"],
    packages: "any",
    knows_deno: true,
  },
  // What the deployed functions of the core do: the only room that puts http and adapters together.
  {
    name: "functions",
    files: /^shared\/functions\//,
    may_import: ["http", "adapters", "platform", ...ROOM_NAMES],
    packages: [],
    knows_deno: true,
  },
  {
    name: "registry",
    files: /^packs\/(?:registry\.ts|openapi\.json)$/,
    may_import: [REGISTRY, "packs"],
    packages: [],
    knows_deno: false,
  },
  // Parts of a pack for verification, demos, benches and tests. Nothing that is deployed imports them.
  {
    name: "workbench",
    files: /^packs\/[^/]+\/(?:(?:tests|bench|bi|demo)\/|(?:verify|demo)\.ts$)/,
    may_import: "any",
    packages: "any",
    knows_deno: true,
  },
  {
    name: "functions of packs",
    files: /^packs\/[^/]+\/functions\//,
    may_import: ["http", "adapters", "platform", ...ROOM_NAMES],
    packages: ["zod", "preact", "preact-render-to-string", "standardwebhooks"],
    knows_deno: true,
  },
  // Found by the app through their folders: the app imports no pack.
  {
    name: "pages of packs",
    files: /^packs\/[^/]+\/pages\//,
    may_import: [...APP_ROOMS, "client"],
    packages: ["react"],
    knows_deno: false,
  },
  { name: "packs", files: /^packs\/[^/]+\//, may_import: [RESOURCE], packages: ["zod"], knows_deno: false },
  // Its types of the packs are generated from their schemas, so that no pack's code is in a browser's bundle.
  { name: "client", files: /^shared\/client\//, may_import: [], packages: [], knows_deno: false },
  ...APP,
  // The doctor runs on Node too, in the package.
  { name: "doctor", files: /^tools\/doctor\//, may_import: "any", packages: "any", knows_deno: false },
  {
    name: "cli",
    files: /^cli\//,
    may_import: ["doctor"],
    packages: [
      ...[
        "node:crypto",
        "node:fs/promises",
        "node:path",
        "node:process",
        "node:readline/promises",
        "node:url",
        "node:util",
      ],
      ...["postgres", "smol-toml", "zod"],
    ],
    knows_deno: false,
  },
  // Loads rows over a connection that it is given: the stack imports it, and it knows nothing of the stack.
  { name: "samples", files: /^samples\//, may_import: [], packages: "any", knows_deno: true },
  {
    name: "entry points",
    files: /^supabase\/functions\//,
    may_import: ["functions", "registry", "functions of packs"],
    packages: [],
    knows_deno: true,
  },
];

/** Folders in which files may not import each other in a circle, types included. */
export const WITHOUT_CIRCLES = [
  "app",
  "cli",
  "shared",
  "packs",
  "supabase/functions",
  "stack",
  "tools",
  "samples",
  "bench",
];

/** Files that may use the console: entry points and programs. All others take a log as an argument. */
export const CONSOLE_USERS =
  /^supabase\/functions\/[^/]+\/index\.ts$|^shared\/functions\/|^cli\/main\.ts$|^packs\/[^/]+\/functions\/[^/]+\/index\.ts$|^packs\/[^/]+\/(?:tests|bench|bi|demo)\//;

/** Entry points of functions, which hold no logic. */
export const ENTRY_POINT = /^(?:supabase|packs\/[^/]+)\/functions\/[^/]+\/index\.ts$/;
export const LONGEST_ENTRY_POINT = 25;

/** The pack that a file belongs to; no file may import another pack's files. */
export function packOf(path: string): string | undefined {
  return /^packs\/([^/]+)\//.exec(path)?.[1];
}

export function partOf(path: string): Part | undefined {
  return PARTS.find((part) => part.files.test(path));
}
