import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { EDGE_RUNTIME_VERSION } from "../../stack/functions/edge_runtime.ts";
import { type FunctionsPart, startFunctions } from "../../stack/functions/mod.ts";
import { pause } from "../../stack/pause.ts";

const echo = `
const isolate = crypto.randomUUID();
export default {
  async fetch(request: Request) {
    const url = new URL(request.url);
    const variable = url.searchParams.get("variable");
    if (variable !== null) return Response.json(Deno.env.get(variable) ?? null);
    const reach = url.searchParams.get("reach");
    if (reach !== null) return Response.json(await fetch(reach).then((response) => response.status, (error) => error.message));
    if (url.pathname.endsWith("/crash")) setTimeout(() => { throw new Error("crashed on purpose"); });
    if (url.pathname.endsWith("/read")) return Deno.readTextFile("/etc/hostname").then((text) => new Response(text));
    console.log("asked for", url.pathname);
    return Response.json({ isolate, path: url.pathname, deno: Deno.version.deno });
  },
};`;

async function withFunctions(
  files: Record<string, string>,
  test: (options: { projectFolder: string; logFolder: string }) => Promise<void>,
): Promise<void> {
  const projectFolder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries({ "config.toml": "", ...files })) {
      const file = join(projectFolder, "supabase", path);
      await Deno.mkdir(dirname(file), { recursive: true });
      await Deno.writeTextFile(file, text);
    }
    await test({ projectFolder, logFolder: join(projectFolder, "logs") });
  } finally {
    await Deno.remove(projectFolder, { recursive: true });
  }
}

function firstUrl(functions: FunctionsPart, name: string): string {
  const url = functions.urls[name]?.[0];
  assert(url, `function "${name}" does not run`);
  return url;
}

Deno.test("startFunctions() runs what config.toml enables, each isolate by itself", async (t) => {
  const files = {
    "config.toml":
      '[functions.off]\nenabled = false\n[functions.echo]\nverify_jwt = false\nentrypoint = "./functions/echo/index.ts"',
    "functions/echo/index.ts": echo,
    "functions/echo/deno.json": "{}",
    "functions/off/index.ts": echo,
    "functions/off/deno.json": "{}",
    "functions/guarded/index.ts": echo,
    "functions/guarded/deno.json": "{}",
    "functions/_shared/readme.txt": "no function",
  };
  await withFunctions(files, async ({ projectFolder, logFolder }) => {
    Deno.env.set("SECRET_OF_THE_TERMINAL", "x");
    const named = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => new Response("named"));
    const unnamed = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => new Response("unnamed"));
    const environment = { SUPABASE_URL: `http://127.0.0.1:${named.addr.port}/auth` };
    const functions = await startFunctions({
      projectFolder,
      logFolder,
      environment,
      optionalVariables: ["NOT_SET"],
      isolates: { echo: 2 },
    });
    try {
      await t.step("the enabled functions and their settings are found", () => {
        assert.deepEqual(functions.verifyJwt, { echo: false, guarded: true });
        assert.deepEqual(Object.entries(functions.urls).map(([name, urls]) => [name, urls.length]), [
          ["echo", 2],
          ["guarded", 1],
        ]);
      });

      await t.step("two isolates share nothing", async () => {
        const seen = await Promise.all((functions.urls.echo ?? []).map(async (url) => (await fetch(url)).json()));
        assert.notEqual(seen[0].isolate, seen[1].isolate);
      });

      await t.step("a function sees the environment that it was given, and not the terminal's", async () => {
        const ask = (name: string) => fetch(`${firstUrl(functions, "echo")}?variable=${name}`);
        assert.equal(await (await ask("SUPABASE_URL")).json(), environment.SUPABASE_URL);
        assert.equal(await (await ask("SUPABASE_FUNCTION_SLUG")).json(), "echo");
        assert.equal(await (await ask("NOT_SET")).json(), null);
        for (const name of ["SECRET_OF_THE_TERMINAL", "HOME", "PATH"]) {
          const refused = await ask(name);
          assert.equal(refused.status, 500, name);
          await refused.body?.cancel();
        }
        assert.match(await Deno.readTextFile(join(logFolder, "echo.0.log")), /Requires env access to "HOME"/);
      });

      await t.step("a function reaches the hosts that its variables name, and no other", async () => {
        const reach = async ({ addr }: Deno.HttpServer<Deno.NetAddr>) => {
          const query = `?reach=${encodeURIComponent(`http://127.0.0.1:${addr.port}/`)}`;
          return await (await fetch(`${firstUrl(functions, "echo")}${query}`)).json();
        };
        assert.equal(await reach(named), 200);
        assert.match(await reach(unnamed), /Requires net access/);
      });

      await t.step("functions run on the Deno of the platform's edge runtime, not on this one", async () => {
        const { deno } = await (await fetch(firstUrl(functions, "echo"))).json();
        assert.equal(deno, EDGE_RUNTIME_VERSION);
        assert.notEqual(deno, Deno.version.deno);
      });

      await t.step("a function cannot read files", async () => {
        const response = await fetch(`${firstUrl(functions, "echo")}/read`);
        assert.equal(response.status, 500);
        await response.body?.cancel();
        assert.match(await Deno.readTextFile(join(logFolder, "echo.0.log")), /Requires read access/);
      });

      await t.step("what an isolate prints is in its log", async () => {
        await (await fetch(`${firstUrl(functions, "guarded")}/here`)).body?.cancel();
        assert.match(await Deno.readTextFile(join(logFolder, "guarded.0.log")), /asked for \/here/);
      });

      await t.step("a crashed isolate comes back on its port", async () => {
        const url = firstUrl(functions, "echo");
        const before = await (await fetch(url)).json();
        await fetch(`${url}/crash`).then((response) => response.body?.cancel()).catch(() => {});
        const after = await eventually(async () => {
          const seen = await (await fetch(url)).json();
          return seen.isolate === before.isolate ? undefined : seen;
        });
        assert(after.isolate);
        assert.match(await Deno.readTextFile(join(logFolder, "echo.0.log")), /ended with code 1, starts again/);
      });
    } finally {
      await Promise.all([functions.stop(), named.shutdown(), unnamed.shutdown()]);
      Deno.env.delete("SECRET_OF_THE_TERMINAL");
    }
    await assert.rejects(() => fetch(firstUrl(functions, "echo")));
  });
});

Deno.test("startFunctions() starts isolates again when a file that they are made of changes, and goes on after a broken one", async () => {
  const entry = (text: string) =>
    `import { said } from "../../../shared/said.ts";
export default { fetch: () => new Response(said + "${text}") };`;
  const files = {
    "functions/probe/index.ts": entry("!"),
    "functions/probe/deno.json": "{}",
    "../shared/said.ts": 'export const said = "first";',
  };
  await withFunctions(files, async ({ projectFolder, logFolder }) => {
    const restarts: string[] = [];
    const functions = await startFunctions({
      ...{ projectFolder, logFolder, environment: {} },
      onRestart: (line) => restarts.push(line),
    });
    const answers = (wanted: string) =>
      eventually(async () => {
        const text = await (await fetch(firstUrl(functions, "probe"))).text();
        return text === wanted ? text : undefined;
      });
    try {
      await answers("first!");
      await Deno.writeTextFile(join(projectFolder, "shared/said.ts"), 'export const said = "second";');
      await answers("second!");
      assert.match(restarts.join("\n"), /shared\/said\.ts changed: the functions start again/);

      await Deno.writeTextFile(join(projectFolder, "supabase/functions/probe/index.ts"), 'import "./not_there.ts";');
      await eventually(() => Promise.resolve(restarts.find((line) => line.includes("not_there.ts"))));
      await Deno.writeTextFile(join(projectFolder, "supabase/functions/probe/index.ts"), entry("?"));
      await answers("second?");
    } finally {
      await functions.stop();
    }
  });
});

Deno.test("startFunctions() says which function does not start, and why", async () => {
  const files = {
    "functions/good/index.ts": echo,
    "functions/good/deno.json": "{}",
    "functions/bad/index.ts": 'throw new Error("no such setting");',
    "functions/bad/deno.json": "{}",
  };
  await withFunctions(files, async (folders) => {
    await assert.rejects(
      () => startFunctions({ ...folders, environment: {} }),
      /Function "bad" ended\.[^]*no such setting[^]*bad\.0\.log/,
    );
  });
});

Deno.test("startFunctions() says which function imports what is not there", async () => {
  const files = { "functions/bad/index.ts": 'import "./nowhere.ts";', "functions/bad/deno.json": "{}" };
  await withFunctions(files, async (folders) => {
    await assert.rejects(
      () => startFunctions({ ...folders, environment: {} }),
      /imports of function "bad" cannot be loaded:[^]*nowhere\.ts/,
    );
  });
});

async function eventually<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let count = 0; count < 100; count++) {
    const value = await attempt().catch(() => undefined);
    if (value !== undefined) return value;
    await pause(50);
  }
  throw new Error("It did not happen within five seconds");
}
