/**
 * Refuses words that cost a reader a second reading, in Markdown, in comments of TypeScript and SQL, and in `comment on`. Only
 * rules that raise no false alarm are here: the rest of plain English is for review. Code, fenced or in backticks, is not prose.
 * `deno run -A tools/check_words.ts [folder]` prints each place with what to write instead, and exits with 1 when there is any.
 */
import { readdir, readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";

/** What is held to the rules: files, and folders that end in "/". Widen it as soon as a folder is clean. */
export const HELD: readonly string[] = [
  "app/",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "README.md",
  "SECURITY.md",
  ".github/",
  "bench/",
  "cli/",
  "docs/",
  "packs/",
  "samples/",
  "shared/",
  "stack/",
  "supabase/functions/",
  "supabase/schemas/",
  "tests/",
  "tools/",
];

/** Made from other files, or the words of others. */
const LEFT_OUT = [
  /(?:^|\/)node_modules\//,
  /^app\/dist\//,
  /^shared\/client\/(?:resources|packs)\.ts$/,
  /\/database_types\.ts$/,
];

interface Rule {
  readonly words: RegExp;
  readonly instead: string;
}

const RULES: readonly Rule[] = [
  { words: /\bbelongs? into\b/gi, instead: '"belongs in" or "goes in"' },
  { words: /\banew\b/gi, instead: '"again"' },
  { words: /\b(?:he|him|his|himself)\b/gi, instead: '"they", or the noun: the caller, the user, the owner' },
  { words: /\b(?:is|are|was|were|be|been|being) typed\b/gi, instead: '"is run", or "has types"' },
  { words: /\bwho(?:m?ever|soever)\b/gi, instead: "the noun: the caller, the job, the test that does it" },
  {
    words: /\b(?:is|are|was|were|be|been|being) told\b(?! to\b)/gi,
    instead: '"is reported", or say what the caller gets',
  },
  { words: /\b(?:tells?|telling|told) of\b/gi, instead: '"reports", "shows" or "names"' },
  { words: /\bwhat(?:ever)? (?:is|are) no (?!longer|more)/gi, instead: '"anything that is not a …"' },
  { words: /\bthe own\b/gi, instead: '"their own", "its own"' },
  { words: /\bby the clock of\b/gi, instead: "the function's name: `Date.now()`, `now()`" },
];

/** Every place with such words, as sentences; empty means that there is none. */
export async function findWords(project: string, held: readonly string[] = HELD): Promise<string[]> {
  const found: string[] = [];
  for (const file of await heldFiles(project, held)) {
    const text = await readFile(join(project, file), "utf8");
    for (const { line, words, instead } of wordsIn(file, text)) {
      found.push(`${file}:${line} says "${words}": write ${instead}`);
    }
  }
  return found;
}

/** Words that span two lines of a paragraph or of a comment are found, too. */
export function wordsIn(file: string, text: string): { line: number; words: string; instead: string }[] {
  const prose = proseOf(file, text);
  const found = RULES.flatMap(({ words, instead }) =>
    [...prose.matchAll(acrossLines(words))].map(({ 0: match, index }) => ({
      line: prose.slice(0, index).split("\n").length,
      words: match.replaceAll(/\s+/g, " "),
      instead,
    }))
  );
  return found.sort((left, right) => left.line - right.line);
}

/** A blank of a rule is one in the text, or the end of a line with the indent of the next. */
function acrossLines({ source, flags }: RegExp): RegExp {
  return new RegExp(source.replaceAll(" ", "(?: +| *\\n *)"), flags);
}

/** The text with blanks in place of all that is no prose, line by line as it was. */
function proseOf(file: string, text: string): string {
  if (file.endsWith(".md")) return withoutCode(text.replaceAll(/^ *```[^]*?^ *```$/gm, blank));
  const comments = file.endsWith(".sql")
    ? /--(.*)$|\bcomment on [^;']*? is\s+'((?:[^']|'')*)'/gm
    : /^[ \t]*(?:\/\/|\/\*\*?|\*)(.*)$|(?<=^(?:[^"\n]|"(?:[^"\\\n]|\\.)*")* )\/\/ (.*)$/gm;
  let prose = "";
  let end = 0;
  for (const { 0: match, index } of text.matchAll(comments)) {
    prose += blank(text.slice(end, index)) +
      match.replaceAll(/^[ \t]*(?:\/\/|--|\/\*\*?|\*)/gm, (mark) => " ".repeat(mark.length));
    end = index + match.length;
  }
  return withoutCode(prose + blank(text.slice(end)));
}

function withoutCode(text: string): string {
  return text.replaceAll(/`[^`\n]*`/g, blank);
}

/** As many characters, with the ends of lines where they were. A mark keeps the words beside it apart. */
function blank(text: string): string {
  return text.replaceAll(/\S/g, "·");
}

async function heldFiles(project: string, held: readonly string[]): Promise<string[]> {
  const found = await Promise.all(held.map(async (path) => {
    if (!path.endsWith("/")) return [path];
    const names = await readdir(join(project, path), { recursive: true });
    return names.filter((name) => /\.(?:md|tsx?|sql)$/.test(name)).map((name) => join(path, name).split(sep).join("/"));
  }));
  return [...new Set(found.flat())].filter((file) => !LEFT_OUT.some((pattern) => pattern.test(file))).sort();
}

if (import.meta.main) {
  const found = await findWords(resolve(Deno.args[0] ?? "."));
  for (const place of found) console.error(place);
  if (found.length > 0) Deno.exit(1);
  console.log("The prose is plain");
}
