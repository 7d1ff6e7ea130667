import assert from "node:assert/strict";
import { bufferLines } from "../../../../shared/adapters/runtime/line_buffer.ts";
import { FakeClock } from "../../../support/fakes/clock.ts";

const BUFFER = new URL("../../../../shared/adapters/runtime/line_buffer.ts", import.meta.url).href;

/** What a process prints that logs this way and then ends. */
async function printed(code: string): Promise<string> {
  const script =
    `import { bufferLines } from "${BUFFER}";\nconst log = bufferLines((text) => console.log(text), Date);\n${code}`;
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", "--no-config", script],
    stderr: "inherit",
  }).output();
  assert.ok(success);
  return new TextDecoder().decode(stdout);
}

Deno.test("a line that may not wait is written at once, after those that waited, in one text", () => {
  const texts: string[] = [];
  const log = bufferLines((text) => void texts.push(text), new FakeClock());
  log("a", "soon");
  log("b", "soon");
  assert.deepEqual(texts, []);
  log("c", "now");
  assert.deepEqual(texts, ["a\nb\nc"]);
  log("d", "now");
  assert.deepEqual(texts, ["a\nb\nc", "d"]);
});

Deno.test("no text is longer than the platform takes, and no line is cut", () => {
  const texts: string[] = [];
  const log = bufferLines((text) => void texts.push(text), new FakeClock());
  const lines = Array.from({ length: 200 }, (_, index) => `${index}`.padEnd(150, "."));
  for (const line of lines) log(line, "soon");
  log("end", "now");
  assert.ok(texts.every((text) => text.length <= 10_000));
  assert.ok(texts.length < 5, `${texts.length} texts`);
  assert.deepEqual(texts.join("\n").split("\n"), [...lines, "end"]);
});

Deno.test("more patient lines than the platform takes are counted, and an urgent one is written all the same", () => {
  const texts: string[] = [];
  const log = bufferLines((text) => void texts.push(text), new FakeClock());
  // 66 lines of 150 characters fill a text, and 80 texts the platform's ten seconds, less 20 for what may not wait.
  const lines = Array.from({ length: 20_000 }, (_, index) => `${index}`.padEnd(149, "."));
  for (const line of lines) log(line, "soon");
  log("urgent", "now");
  assert.equal(texts.length, 82);
  assert.ok(texts.every((text) => text.length <= 10_000));
  const written = texts.join("\n").split("\n");
  assert.deepEqual(written.slice(0, 81 * 66), lines.slice(0, 81 * 66));
  assert.deepEqual(written.slice(81 * 66), [`{"left_out_count":${20_000 - 81 * 66}}`, "urgent"]);
});

Deno.test("lines that wait are written by themselves within moments", async () => {
  const lines = await printed(`
    log("a", "soon");
    await new Promise((resolve) => setTimeout(resolve, 0));
    log("b", "soon");
    await new Promise((resolve) => setTimeout(resolve, 400));
    console.log("later");`);
  assert.equal(lines, "a\nb\nlater\n");
});

Deno.test("lines that wait are written when the isolate ends before their time", async () => {
  assert.equal(await printed(`log("a", "soon"); log("b", "soon"); Deno.exit(0);`), "a\nb\n");
});
