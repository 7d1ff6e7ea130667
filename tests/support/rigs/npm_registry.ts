import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";

/** STAND-IN for the npm registry: serves packed packages of ours, and sends every other question to the real one. */
export interface NpmRegistry {
  /** For NPM_CONFIG_REGISTRY. */
  readonly url: string;
  /** Publishes a tarball that `npm pack` made. */
  publish(tarball: string): Promise<void>;
  stop(): Promise<void>;
}

const manifestShape = z.looseObject({ name: z.string(), version: z.string() });
type Manifest = z.infer<typeof manifestShape>;

interface Published {
  readonly manifest: Manifest;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly file: string;
}

export async function startNpmRegistry(): Promise<NpmRegistry> {
  const upstream = (await output("npm", ["config", "get", "registry"])).trim().replace(/\/$/, "");
  const published = new Map<string, Published[]>();

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname, search, origin } = new URL(request.url);
    const [name = "", separator, file] = pathname.slice(1).split("/");
    const versions = published.get(decodeURIComponent(name));
    if (versions === undefined) return Response.redirect(`${upstream}${pathname}${search}`, 302);
    if (separator === undefined) return Response.json(packument(versions, `${origin}/`));
    const found = versions.find((one) => separator === "-" && one.file === file);
    return found === undefined ? new Response(null, { status: 404 }) : new Response(found.bytes);
  });
  const url = `http://127.0.0.1:${server.addr.port}/`;
  return {
    url,
    async publish(tarball) {
      const text = await output("tar", ["-xzOf", tarball, "package/package.json"]);
      const manifest = manifestShape.parse(JSON.parse(text));
      const one = { manifest, bytes: await Deno.readFile(tarball), file: basename(tarball) };
      published.set(manifest.name, [...published.get(manifest.name) ?? [], one]);
    },
    stop: () => server.shutdown(),
  };
}

function packument(versions: readonly Published[], url: string) {
  const newest = versions.at(-1)?.manifest;
  const described = versions.map(({ manifest, bytes, file }) => {
    const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
    const shasum = createHash("sha1").update(bytes).digest("hex");
    return [manifest.version, {
      ...manifest,
      dist: { tarball: `${url}${manifest.name}/-/${file}`, integrity, shasum },
    }];
  });
  return { name: newest?.name, "dist-tags": { latest: newest?.version }, versions: Object.fromEntries(described) };
}

async function output(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
