import { median } from "./figures.ts";
import type { Run } from "./report.ts";

/** Five figures of a run for users, in sentences; without what was not measured. */
export function asSentences({ figures, speeds }: Pick<Run, "figures" | "speeds">): string {
  const value = (id: string) => figures.get(id)?.value ?? NaN;
  const speed = (side: string) => median(speeds.get(side) ?? []);
  const hit = speed("hit in memory");
  const sentences: readonly (readonly [number, string])[] = [
    [
      hit,
      `**A cached answer is cheap.** One processor gives ${
        rounded(hit)
      } of them a second, each for a verified caller ` +
      `and counted against the limit: ${
        percent(value("P1"))
      } of what a server reaches that only sends the same bytes, and ` +
      `${rounded(hit / speed("data API for each request"))} times what reading the view through the data API gives.`,
    ],
    [
      value("P8 up"),
      `**A stampede is one query.** 200 concurrent requests in four isolates, for one answer that no cache has, cost ` +
      `${counted(value("P8 up"), "database read")}; without Redis ${value("P8 down")}, one for each isolate.`,
    ],
    [
      value("P11 first"),
      `**A new isolate answers soon.** Its first answer, out of the database, takes ${
        tenth(value("P11 first"))
      } times as long as ` +
      "the first hello of an empty function.",
    ],
    [
      value("P23"),
      `**A dead Redis costs one timeout.** The first answer after Redis fell silent waits ${
        rounded(value("P23") * 150)
      } ms longer; ` +
      `after that the slowest hundredth takes ${tenth(value("P22 silent"))} times what it takes without any Redis.`,
    ],
    [
      value("P28"),
      `**An answer is never a mix.** Of 10,000 answers read while their views were refreshed, ${
        value("P28")
      } differed from ` +
      "what the database held at the version that they name.",
    ],
  ];
  return sentences.filter(([figure]) => !Number.isNaN(figure)).map(([, sentence]) => wrapped(sentence, "- ", "  "))
    .join("");
}

/** The first of them, which the README shows. */
export function asSentence(run: Pick<Run, "figures" | "speeds">): string {
  const [first = ""] = asSentences(run).split(/\n(?=- )/);
  return wrapped(first.replace(/^- /, "").trim(), "", "");
}

/** Lines of at most 100 columns, as documents have them. */
function wrapped(sentence: string, begin: string, indent: string): string {
  let lines = "";
  let line = begin.trimEnd();
  for (const word of sentence.split(/ *\n *| /)) {
    const longer = line === "" || line.endsWith(" ") ? `${line}${word}` : `${line} ${word}`;
    if (longer.length <= 100) line = longer;
    else [lines, line] = [`${lines}${line}\n`, `${indent}${word}`];
  }
  return `${lines}${line}\n`;
}

/** To two digits, as a sentence needs no more. */
function rounded(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString("en");
}

function tenth(value: number): string {
  return value.toFixed(1);
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}

function counted(value: number, what: string): string {
  return `${value} ${what}${value === 1 ? "" : "s"}`;
}
