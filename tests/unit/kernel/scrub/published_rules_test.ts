// The published rules for credentials, secretlint's recommended preset, beside ours: whatever they report is gone.
import assert from "node:assert/strict";
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import fc from "fast-check";
import { scrubCredentials } from "../../../../shared/kernel/scrub/credentials.ts";
import { scrubMessage } from "../../../../shared/kernel/scrub/message.ts";
import { CONTEXTS, PLANTED } from "../../../support/fixtures/planted_secrets.ts";
import { proofs } from "../../../support/random/proofs.ts";

const rule = { id: "@secretlint/secretlint-rule-preset-recommend", rule: creator, options: {} };

/** What the preset reports in each of the texts: the pieces. All at once, since a call takes 20 ms however short it is. */
async function reported(texts: readonly string[]): Promise<string[][]> {
  const content = texts.join(BETWEEN);
  const source = { filePath: "/message.txt", content, contentType: "text", ext: ".txt" } as const;
  const { messages } = await lintSource({ source, options: { config: { rules: [rule] }, noPhysicFilePath: true } });
  let start = 0;
  return texts.map((text) => {
    const [from, to] = [start, start + text.length];
    start = to + BETWEEN.length;
    return messages.filter(({ range }) => range[0] >= from && range[0] < to)
      .map(({ range: [first, last] }) => content.slice(first, Math.min(last, to)));
  });
}

const BETWEEN = "\n\n";

function word(alphabet: string, length: number) {
  return fc.string({ unit: fc.constantFrom(...alphabet), minLength: length, maxLength: length });
}

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ANY = `${UPPER}abcdefghijklmnopqrstuvwxyz`;
const HEX = "0123456789abcdef";

/** Forms that the preset knows, drawn at random; put together from parts, so that no scanner takes this file for a leak. */
const FORMS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  aws: word(UPPER, 16).map((rest) => `${"AK"}IA${rest}`),
  aws_secret: word(ANY, 40).map((rest) => `AWS_SECRET_ACCESS_KEY=${rest}`),
  github: fc.tuple(fc.constantFrom("p", "o", "u", "s", "r"), word(ANY, 36)).map(([kind, rest]) => `gh${kind}_${rest}`),
  github_fine: fc.tuple(word(ANY, 22), word(ANY, 59)).map(([first, second]) => `github${"_pat_"}${first}_${second}`),
  gitlab: word(ANY, 20).map((rest) => `gl${"pat-"}${rest}`),
  slack: fc.tuple(word("123456789", 12), word("123456789", 13), word(ANY, 24)).map((parts) =>
    `xox${"b-"}${parts.join("-")}`
  ),
  slack_hook: fc.tuple(word(UPPER, 9), word(UPPER, 11), word(ANY, 24))
    .map((parts) => `https://hooks.slack.com/services/T${parts.join("/B")}`),
  sendgrid: fc.tuple(word(ANY, 22), word(ANY, 43)).map((parts) => `${"S"}G.${parts.join(".")}`),
  npm: word(ANY, 36).map((rest) => `np${"m_"}${rest}`),
  shopify: word(HEX, 32).map((rest) => `shp${"at_"}${rest}`),
  linear: word(ANY, 40).map((rest) => `lin${"_api_"}${rest}`),
  anthropic: word(ANY, 93).map((rest) => `sk${"-ant-api03-"}${rest}AA`),
  openai: fc.tuple(word(ANY, 20), word(ANY, 20)).map((parts) => `sk${"-"}${parts.join("T3BlbkFJ")}`),
  figma: word(ANY, 40).map((rest) => `fig${"d_"}${rest}`),
  grafana: fc.tuple(word(ANY, 32), word(HEX, 8)).map((parts) => `gl${"sa_"}${parts.join("_")}`),
  docker: word(ANY, 27).map((rest) => `dckr${"_pat_"}${rest}`),
  hugging_face: word(ANY, 34).map((rest) => `h${"f_"}${rest}`),
  databricks: word(HEX, 32).map((rest) => `dap${"i"}${rest}`),
  vault: word(ANY, 95).map((rest) => `hv${"s."}${rest}`),
  stripe: word(ANY, 24).map((rest) => `sk${"_live_"}${rest}`),
  database: word(ANY, 12).map((rest) => `postgres://eve:${rest}@db.example.org:5432/x`),
  mongodb: word(ANY, 12).map((rest) => `mongodb+srv://eve:${rest}@db.example.org/x`),
  basic: word(ANY, 12).map((rest) => `https://eve:${rest}@example.org/x`),
  private_key: word(ANY, 200).map((rest) =>
    `-----BEGIN ${"PRIVATE"} KEY-----\n${rest}\n-----END ${"PRIVATE"} KEY-----`
  ),
};

Deno.test("what secretlint's recommended preset reports in what was planted is gone, and it does report", async () => {
  const planted = PLANTED.flatMap(({ text, kind }) =>
    Object.values(CONTEXTS).map((around) => ({ kind, message: around(text), told: scrubMessage(around(text)) }))
  );
  const pieces = await reported(planted.map(({ message }) => message));
  planted.forEach(({ kind, told }, at) => {
    for (const piece of pieces[at] ?? []) assert.ok(!told.includes(piece), `${kind}: ${piece}`);
  });
  const left = await reported(planted.map(({ told }) => told));
  assert.deepEqual(planted.filter((_, at) => left[at]?.length !== 0), []);
  assert.ok(pieces.flat().length >= 30, `only ${pieces.flat().length} reports`);
});

Deno.test(`whatever the preset reports in ${Object.keys(FORMS).length} forms drawn at random is gone`, async () => {
  const form = fc.constantFrom(...Object.keys(FORMS)).chain((kind) =>
    fc.tuple(fc.constant(kind), FORMS[kind] ?? fc.constant(""), fc.constantFrom(...Object.values(CONTEXTS)))
  );
  const drawn = fc.sample(form, { numRuns: proofs(240, 5000), seed: 16 });
  const pieces = await reported(drawn.map(([, secret, around]) => around(secret)));
  drawn.forEach(([kind, secret, around], at) => {
    const message = around(secret);
    assert.ok(!scrubMessage(message).includes(secret), `${kind}: ${message}`);
    assert.ok(!scrubCredentials(message).includes(secret), `${kind} in a name: ${message}`);
    for (const piece of pieces[at] ?? []) assert.ok(!scrubMessage(message).includes(piece), `${kind}: ${piece}`);
  });
  const known = new Set(drawn.flatMap(([kind], at) => pieces[at]?.length ? [kind] : []));
  assert.ok(known.size >= 12, `the preset knows only ${[...known].join(", ")}`);
});
