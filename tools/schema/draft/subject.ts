// What a statement of a schema file is about, by its first words. The files name every object with its schema.

/** The kind of a statement, and the objects that it names. */
export interface Subject {
  readonly does: "create" | "comment" | "privilege" | "alter" | "insert" | "call" | "other";
  readonly kind: string;
  /** "analytics.views"; of an index, statistics, trigger or policy its own name without a schema; of a function without arguments. */
  readonly names: readonly string[];
  /** The relation of an index, statistics, trigger, policy or column. */
  readonly on: string | null;
}

const NAME = String.raw`(?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))*`;

const CREATE = new RegExp(
  String.raw`^create (?:or replace )?(function|procedure|materialized view|view|table|type|schema|role)` +
    String.raw` (?:if not exists )?(${NAME})`,
  "i",
);
const CREATE_INDEX = new RegExp(String.raw`^create (?:unique )?index (${NAME})\s+on (?:only )?(${NAME})`, "i");
const CREATE_STATISTICS = new RegExp(String.raw`^create statistics (${NAME})\s[\s\S]*?\bfrom (${NAME})`, "i");
const CREATE_ON = new RegExp(
  String.raw`^create (?:or replace )?(trigger|policy) (${NAME})\s[\s\S]*?\bon (${NAME})`,
  "i",
);
const COMMENT = new RegExp(
  String.raw`^comment on (function|procedure|materialized view|view|table|type|schema|role|column|index) (${NAME})`,
  "i",
);
const COMMENT_ON = new RegExp(String.raw`^comment on (trigger|policy|constraint) (${NAME})\s+on (${NAME})`, "i");
const PRIVILEGE =
  /^(?:grant|revoke) [\s\S]+?\son\s+(?:(table|function|procedure|sequence|schema|type) )?([\s\S]+?)\s+(?:to|from)\s/i;
const ALTER = new RegExp(
  String.raw`^alter (table|function|procedure|role|view|materialized view|type) (?:only )?(${NAME})`,
  "i",
);
const INSERT = new RegExp(String.raw`^insert into (${NAME})`, "i");
const CALL = new RegExp(String.raw`^select (${NAME})\s*\(`, "i");

/** @param text a statement as splitStatements() answers it */
export function subjectOf(text: string): Subject {
  const code = codeOf(text);
  const made = CREATE.exec(code);
  if (made) return { does: "create", kind: plain(made[1]), names: [bare(made[2])], on: null };
  const index = CREATE_INDEX.exec(code);
  if (index) return { does: "create", kind: "index", names: [lastPart(bare(index[1]))], on: bare(index[2]) };
  const statistics = CREATE_STATISTICS.exec(code);
  if (statistics) {
    return { does: "create", kind: "statistics", names: [lastPart(bare(statistics[1]))], on: bare(statistics[2]) };
  }
  const madeOn = CREATE_ON.exec(code);
  if (madeOn) return { does: "create", kind: plain(madeOn[1]), names: [bare(madeOn[2])], on: bare(madeOn[3]) };
  const comment = COMMENT.exec(code);
  if (comment) return commentOf(plain(comment[1]), bare(comment[2]));
  const commentOn = COMMENT_ON.exec(code);
  if (commentOn) {
    return { does: "comment", kind: plain(commentOn[1]), names: [bare(commentOn[2])], on: bare(commentOn[3]) };
  }
  const privilege = PRIVILEGE.exec(code);
  if (privilege) {
    const kind = plain(privilege[1] ?? "table");
    return { does: "privilege", kind, names: listOf(privilege[2] ?? ""), on: null };
  }
  const altered = ALTER.exec(code);
  if (altered) return { does: "alter", kind: plain(altered[1]), names: [bare(altered[2])], on: null };
  const inserted = INSERT.exec(code);
  if (inserted) return { does: "insert", kind: "row", names: [bare(inserted[1])], on: null };
  const called = CALL.exec(code);
  if (called) return { does: "call", kind: "function", names: [bare(called[1])], on: null };
  return { does: "other", kind: "", names: [], on: null };
}

/** A statement without the comment lines above it. */
export function codeOf(text: string): string {
  return text.replace(/^(?:\s*--[^\n]*\n|\s*\/\*[\s\S]*?\*\/)*\s*/, "");
}

/** A statement with its first words changed: `create function` to `create or replace function`. The comments stay. */
export function withReplace(text: string): string {
  const code = codeOf(text);
  return text.slice(0, text.length - code.length) + code.replace(/^create (?!or replace )/i, "create or replace ");
}

function commentOf(kind: string, name: string): Subject {
  if (kind !== "column") return { does: "comment", kind, names: [name], on: null };
  const at = name.lastIndexOf(".");
  return { does: "comment", kind, names: [name.slice(at + 1)], on: name.slice(0, at) };
}

/** "a.f(text, int), a.g()" names two functions: what stands in brackets is left out first. */
function listOf(text: string): string[] {
  let open = text;
  while (/\([^()]*\)/.test(open)) open = open.replaceAll(/\([^()]*\)/g, "");
  return open.split(",").map((name) => bare(name.trim()));
}

function bare(name = ""): string {
  return name.replaceAll('"', "").toLowerCase();
}

function plain(word = ""): string {
  return word.toLowerCase();
}

export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
