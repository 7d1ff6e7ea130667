// The published rules for credentials, secretlint's recommended preset, beside ours: whatever they report is gone.
import assert from "node:assert/strict";
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import fc from "fast-check";
import { scrubCredentials } from "../../../../shared/kernel/scrub/credentials.ts";
import { scrubMessage } from "../../../../shared/kernel/scrub/message.ts";
import { CONTEXTS, PLANTED } from "../../../support/fixtures/planted_secrets.ts";

const rule = { id: "@secretlint/secretlint-rule-preset-recommend", rule: creator, options: {} };

/** What the preset reports in a text: the pieces. */
async function reported(content: string): Promise<string[]> {
  const source = { filePath: "/message.txt", content, contentType: "text", ext: ".txt" } as const;
  const { messages } = await lintSource({ source, options: { config: { rules: [rule] }, noPhysicFilePath: true } });
  return messages.map(({ range: [start, end] }) => content.slice(start, end));
}

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
  let count = 0;
  for (const { text, kind } of PLANTED) {
    for (const around of Object.values(CONTEXTS)) {
      for (const piece of await reported(around(text))) {
        count += 1;
        assert.ok(!scrubMessage(around(text)).includes(piece), `${kind}: ${piece}`);
      }
      assert.deepEqual(await reported(scrubMessage(around(text))), [], kind);
    }
  }
  assert.ok(count >= 30, `only ${count} reports`);
});

Deno.test(`whatever the preset reports in ${Object.keys(FORMS).length} forms drawn at random is gone`, async () => {
  const seen = new Set<string>();
  const drawn = fc.constantFrom(...Object.keys(FORMS)).chain((kind) =>
    fc.tuple(fc.constant(kind), FORMS[kind] ?? fc.constant(""), fc.constantFrom(...Object.values(CONTEXTS)))
  );
  await fc.assert(
    fc.asyncProperty(drawn, async ([kind, secret, around]) => {
      const message = around(secret);
      const pieces = await reported(message);
      if (pieces.length > 0) seen.add(kind);
      assert.ok(!scrubMessage(message).includes(secret), kind);
      assert.ok(!scrubCredentials(message).includes(secret), `${kind} in a name`);
      for (const piece of pieces) assert.ok(!scrubMessage(message).includes(piece), `${kind}: ${piece}`);
    }),
    { numRuns: 240 },
  );
  assert.ok(seen.size >= 12, `the preset knows only ${[...seen].join(", ")}`);
});
