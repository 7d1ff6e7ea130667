import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import document from "../../packs/openapi.json" with { type: "json" };

/** Named at run time only: what the lock file lists is downloaded by every command. */
const SPECTRAL = "npm:@stoplight/spectral-cli@6.16.3";

const RULES = fileURLToPath(new URL("./spectral.yaml", import.meta.url));

/** What Spectral's recommended rules say of a document; warnings count. */
async function lint(file: string): Promise<{ readonly code: number; readonly said: string }> {
  const args = ["run", "-A", "--quiet", "--no-lock", SPECTRAL, "lint", "--fail-severity=warn", "-r", RULES, file];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  return { code, said: new TextDecoder().decode(stdout) };
}

Deno.test("Spectral finds neither an error nor a warning in the OpenAPI document", async () => {
  const { code, said } = await lint(fileURLToPath(new URL("../../packs/openapi.json", import.meta.url)));
  assert.equal(code, 0, said);
});

Deno.test("Spectral finds an example that does not fit its schema, and a reference that leads nowhere", async () => {
  const broken = structuredClone(document);
  broken.paths["/health"].get.responses["200"].content["application/json"].example.status = "fine";
  broken.paths["/catalog"].get.responses["400"].$ref = "#/components/responses/Nothing";
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(file, JSON.stringify(broken));
    const { code, said } = await lint(file);
    assert.equal(code, 1);
    assert.match(said, /oas3-valid-media-example/);
    assert.match(said, /invalid-ref/);
  } finally {
    await Deno.remove(file);
  }
});
