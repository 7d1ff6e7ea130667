import { createHash } from "node:crypto";
import { join } from "node:path";
import type { FoundFunction } from "../functions/discovery.ts";
import type { Part } from "../part.ts";
import { layOut, readUpload, type Upload } from "./upload.ts";

/** The settings with which the CLI deploys to this project. */
export interface ManagedProject {
  readonly ref: string;
  readonly accessToken: string;
  /** A profile of the CLI, which points it here. */
  readonly profileFile: string;
}

/** STAND-IN for the platform's management API: the part of it that `functions deploy` and `secrets set` call. */
export interface ManagementApi extends Part {
  readonly project: ManagedProject;
  /** The deployed functions, each in a folder with its uploaded files and nothing else. */
  readonly functions: () => readonly FoundFunction[];
  /** The secrets that were set. */
  readonly secrets: () => Readonly<Record<string, string>>;
}

/** Starts it on a free port. Uploads are laid below `folder`. */
export async function startManagementApi(folder: string): Promise<ManagementApi> {
  const ref = "abcdefghijklmnopqrst";
  const accessToken = `sbp_${"0123456789abcdef".repeat(3).slice(0, 40)}`;
  const profileFile = join(folder, "profile.yaml");
  const uploads = new Map<string, Upload>();
  const active = new Map<string, FoundFunction>();
  const secrets = new Map<string, string>();

  async function deploy(request: Request, slug: string, isOneOfSeveral: boolean): Promise<Response> {
    const upload = await readUpload(request);
    if (typeof upload === "string") return refusal(400, upload);
    uploads.set(slug, upload);
    if (!isOneOfSeveral) await activate(slug, upload);
    return Response.json(functionOf(slug, upload), { status: 201 });
  }

  async function activate(slug: string, upload: Upload): Promise<void> {
    active.set(slug, await layOut(upload, { slug, folder: join(folder, "deployed", slug) }));
  }

  /** A deployment of several functions takes effect at once, after all of them were uploaded. */
  async function activateAll(request: Request): Promise<Response> {
    const wanted: { slug: string }[] = await request.json();
    for (const { slug } of wanted) {
      const upload = uploads.get(slug);
      if (upload === undefined) return refusal(400, `function "${slug}" was not uploaded`);
      await activate(slug, upload);
    }
    return Response.json({ functions: wanted });
  }

  async function setSecrets(request: Request): Promise<Response> {
    const given: { name: string; value: string }[] = await request.json();
    const reserved = given.find(({ name }) => name.startsWith("SUPABASE_"));
    if (reserved !== undefined) return refusal(400, `${reserved.name}: names must not start with SUPABASE_`);
    for (const { name, value } of given) secrets.set(name, value);
    return new Response(null, { status: 201 });
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (request.headers.get("authorization") !== `Bearer ${accessToken}`) return refusal(401, "Unauthorized");
    const base = `/v1/projects/${ref}`;
    switch (`${request.method} ${pathname}`) {
      case `GET ${base}`:
        return Response.json({ id: ref, ref, name: "freshet", region: "local", status: "ACTIVE_HEALTHY" });
      case `GET ${base}/functions`:
        return Response.json([...active.keys()].map((slug) => ({ slug, name: slug, status: "ACTIVE" })));
      case `POST ${base}/functions/deploy`:
        return await deploy(request, searchParams.get("slug") ?? "", searchParams.get("bundleOnly") === "true");
      case `PUT ${base}/functions`:
        return await activateAll(request);
      case `POST ${base}/secrets`:
        return await setSecrets(request);
      default:
        return refusal(404, `${request.method} ${pathname} is not stood in for`);
    }
  }

  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
  const url = `http://127.0.0.1:${server.addr.port}`;
  await Deno.writeTextFile(profileFile, profileOf(url));
  return {
    name: "management API",
    kind: "stand-in",
    detail: url,
    project: { ref, accessToken, profileFile },
    functions: () => [...active.values()],
    secrets: () => Object.fromEntries(secrets),
    stop: () => server.shutdown(),
  };
}

function profileOf(url: string): string {
  const names = ["api_url", "dashboard_url", "docs_url"];
  return ["name: freshet-local", ...names.map((name) => `${name}: ${url}`), "project_host: 127.0.0.1", ""].join("\n");
}

function functionOf(slug: string, { metadata, files }: Upload) {
  const digest = createHash("sha256");
  for (const [path, content] of files) digest.update(path).update(content);
  return {
    ...{ id: slug, slug, name: metadata.name, status: "ACTIVE", version: 1, verify_jwt: metadata.verify_jwt },
    ...{ created_at: Date.now(), updated_at: Date.now(), ezbr_sha256: digest.digest("hex") },
  };
}

function refusal(status: number, message: string): Response {
  return Response.json({ message }, { status });
}
