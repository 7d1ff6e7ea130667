// What docs/pages.md has hosts send is what the local gateway sends, with a project's address in the policy.
import { deepEqual, equal, ok } from "node:assert/strict";
import { parse } from "smol-toml";
import { z } from "zod";
import { openPages } from "../../stack/gateway/pages.ts";

const PROJECT = "https://your-project-ref.supabase.co";
const page = await Deno.readTextFile(new URL("../../docs/pages.md", import.meta.url));

/** The block of a language in a host's part. */
function blockOf(host: string, language: string): string {
  const [, text = ""] = new RegExp(`\\*\\*${host}\\.\\*\\*[^]*?\n\`\`\`${language}\n([^]*?)\n\`\`\``).exec(page) ?? [];
  ok(text !== "", `docs/pages.md has no ${language} for ${host}`);
  return text;
}

type Headers = Record<string, string>;

function lowered(headers: readonly (readonly [string, string])[]): Headers {
  return Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

/** The headers of a page and of an asset, from the two rules of a host. */
function ruled(
  rules: readonly { readonly path: string; readonly headers: Headers }[],
  paths: readonly [string, string],
) {
  deepEqual(rules.map(({ path }) => path), paths);
  const [every, assets] = rules.map(({ headers }) => headers);
  return { page: every, asset: { ...every, ...assets } };
}

/** What the gateway sends of those, for a page and for an asset; the API is at the pages' own origin there. */
async function sentLocally() {
  const folder = await Deno.makeTempDir({ prefix: "freshet-hosts-" });
  try {
    await Deno.mkdir(`${folder}/assets`);
    await Deno.writeTextFile(`${folder}/index.html`, "<!doctype html>");
    await Deno.writeTextFile(`${folder}/assets/a.js`, "");
    const serve = await openPages({
      folder,
      publishableKey: "k",
      people: [],
      tokenOf: () => Promise.resolve(undefined),
    });
    const headersAt = async (path: string, names: readonly string[]): Promise<Headers> => {
      const { headers } = await serve(new Request(`http://127.0.0.1:1${path}`), "") ?? new Response();
      return Object.fromEntries(names.map((name) => [name, headers.get(name) ?? "not sent"]));
    };
    const always = ["content-security-policy", "x-content-type-options", "referrer-policy"];
    const sent = {
      page: await headersAt("/", always),
      asset: await headersAt("/assets/a.js", [...always, "cache-control"]),
    };
    const local = JSON.stringify(sent);
    const hosted = local.replaceAll("connect-src 'self'", `connect-src 'self' ${PROJECT}`);
    ok(hosted !== local, "the local policy has no connect-src 'self'");
    return JSON.parse(hosted) as typeof sent;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Vercel, Netlify and Cloudflare Pages are told to send what the local gateway sends", async () => {
  const sent = await sentLocally();

  const Vercel = z.strictObject({
    headers: z.array(z.strictObject({
      source: z.string(),
      headers: z.array(z.strictObject({ key: z.string(), value: z.string() })),
    })),
  });
  const vercel = Vercel.parse(JSON.parse(blockOf("Vercel", "json"))).headers.map(({ source, headers }) => ({
    path: source,
    headers: lowered(headers.map(({ key, value }) => [key, value])),
  }));
  deepEqual(ruled(vercel, ["/(.*)", "/assets/(.*)"]), sent);

  const Netlify = z.object({
    headers: z.array(z.strictObject({ for: z.string(), values: z.record(z.string(), z.string()) })),
  });
  const netlify = Netlify.parse(parse(blockOf("Netlify", "toml"))).headers.map(({ for: path, values }) => ({
    path,
    headers: lowered(Object.entries(values)),
  }));
  deepEqual(ruled(netlify, ["/*", "/assets/*"]), sent);

  const blocks = blockOf("Cloudflare Pages", "text").split(/\n(?=\/)/);
  const cloudflare = blocks.map((block) => {
    const [path = "", ...lines] = block.split("\n");
    const pairs = lines.map((line) => /^ {2}([\w-]+): (.+)$/.exec(line) ?? []);
    return { path, headers: lowered(pairs.map(([, name = "", value = ""]) => [name, value])) };
  });
  deepEqual(ruled(cloudflare, ["/*", "/assets/*"]), sent);
  // Cloudflare refuses longer lines.
  ok(blocks.join("\n").split("\n").every((line) => line.length <= 2_000));
});

Deno.test("GitHub Pages get the same policy in the document, without what a document cannot say", async () => {
  const [, content] = /content="([^"]+)"/.exec(blockOf("GitHub Pages", "html")) ?? [];
  const { page: { "content-security-policy": policy = "" } } = await sentLocally();
  const [kept, ancestors, ...rest] = policy.split(/; (?=frame-ancestors)/);
  deepEqual([ancestors, rest], ["frame-ancestors 'self'", []]);
  equal(content, kept);
});
