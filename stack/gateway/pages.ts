import { extname, join, relative, sep } from "node:path";
import { z } from "zod";
import { problemResponse } from "./problem.ts";

export interface PagesOptions {
  /** The built pages; read once, so that a later build cannot mix two of them. */
  readonly folder: string;
  readonly publishableKey: string;
  /** Whom one click signs in. */
  readonly people: readonly { readonly name: string; readonly title: string }[];
  /** A token of a demo person; undefined for a name that is none. */
  tokenOf(name: string, origin: string): Promise<string | undefined>;
}

/** Answers what is the pages' own; null for everything else. */
export type PagesRoute = (request: Request, origin: string) => Promise<Response | null>;

/** No inline script or style, nothing from another origin, and no frame of another site around it. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join("; ");

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** A browser reaches the gateway by these names alone: another one is a page that had its name point here. */
const OWN_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

interface StoredFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Serves the built pages, their settings, and the sign-in of the demo people. */
export async function openPages({ folder, publishableKey, people, tokenOf }: PagesOptions): Promise<PagesRoute> {
  const files = await readFiles(folder);
  const settings = { key: publishableKey, people };

  async function signIn(request: Request, origin: string): Promise<Response> {
    // A form of another site can send a text, but no JSON, and every browser names the origin of a POST.
    const from = request.headers.get("origin");
    const is_own = from === null || from === new URL(request.url).origin;
    if (!is_own || request.headers.get("content-type") !== "application/json") {
      return refused(403, "FORBIDDEN", "Demo people are signed in by the pages of this stack only");
    }
    const body = z.object({ name: z.string() }).safeParse(await request.json().catch(() => null));
    const token = body.success ? await tokenOf(body.data.name, origin) : undefined;
    if (token === undefined) return refused(400, "BAD_REQUEST", 'The body names no demo person, like {"name":"admin"}');
    return Response.json({ token }, { headers: { "cache-control": "no-store" } });
  }

  return async (request, origin) => {
    const { hostname, pathname } = new URL(request.url);
    if (!OWN_HOSTS.has(hostname)) return null;
    if (request.method === "POST") return pathname === "/demo/sessions" ? await signIn(request, origin) : null;
    if (request.method !== "GET" && request.method !== "HEAD") return null;
    if (pathname === "/settings.json") return Response.json(settings, { headers: { "cache-control": "no-store" } });
    const file = files.get(pathname) ?? files.get(`${pathname.replace(/\/$/, "")}/index.html`);
    if (file === undefined) return null;
    return new Response(request.method === "HEAD" ? null : file.bytes, { headers: file.headers });
  };
}

function refused(status: number, code: string, detail: string): Response {
  return problemResponse({ status, code, detail, remedy: "open the address that task start prints" });
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, StoredFile>> {
  const found = new Map<string, StoredFile>();
  async function read(inside: string): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(inside)) {
      // The build's own notes.
      if (name.startsWith(".")) continue;
      const path = join(inside, name);
      if (isDirectory) await read(path);
      const type = TYPES[extname(name)];
      if (type === undefined) continue;
      const address = `/${relative(folder, path).split(sep).join("/")}`;
      found.set(address, { bytes: await Deno.readFile(path), headers: headersOf(address, type) });
    }
  }
  await read(folder);
  return found;
}

function headersOf(address: string, type: string): Record<string, string> {
  return {
    "content-type": type,
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    // Names of assets hold a hash of what is in them.
    "cache-control": address.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
  };
}
