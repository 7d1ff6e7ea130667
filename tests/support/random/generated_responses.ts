/** Questions and answers that a seed decides, as CSV files: the same for PostgreSQL and for the second opinion. */
export interface GeneratedResponses {
  /** id, lesion and topic as authors wrote them, and meant_lesion, meant_topic: what they stand for. */
  readonly questionsFile: string;
  /** question_id, user_id, is_correct, duration_ms (may be empty), answered_at in some offset, and answered_us, its UTC microseconds. */
  readonly responsesFile: string;
}

const LESIONS = ["tetralogy of fallot", "vsd", "coarctation of the aorta", "d tga", "épanchement", "untagged"];
const TOPICS = ["Shunts", "Cyanotic disease", "shunts", "Arches", "untagged"];

/** Ways in which authors write one lesion. */
const SPELLINGS: readonly ((lesion: string) => string)[] = [
  (lesion) => lesion,
  (lesion) => lesion.toUpperCase(),
  (lesion) => lesion.replaceAll(" ", "_"),
  (lesion) => ` ${lesion.replaceAll(" ", "-")} `,
  (lesion) => lesion.replaceAll(" ", "\u00a0 "),
  (lesion) => `\t${lesion.replaceAll(" ", "\u2013")}`,
  (lesion) => lesion.normalize("NFD"),
  (lesion) => lesion === "untagged" ? "" : lesion,
];

const WEEK_S = 7 * 86_400;
/** Monday 2024-12-16: the answers cross a turn of the year, both changes of the clock and a year with 53 weeks. */
const FIRST_MONDAY_S = Date.UTC(2024, 11, 16) / 1_000;
const WEEKS = 110;
const QUESTIONS = 400;

/** Writes `count` answers into a folder. */
export async function generateResponses(folder: string, count: number): Promise<GeneratedResponses> {
  const random = seeded(20_261_121);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const questions = Array.from({ length: QUESTIONS }, (_, number) => {
    const lesion = pick(LESIONS);
    const topic = pick(TOPICS);
    const written = topic === "untagged" && random() < 0.5 ? "" : `${" ".repeat(Math.floor(random() * 3))}${topic} `;
    return [idOf("a", number), pick(SPELLINGS)(lesion), written, lesion, topic];
  });
  const responses = Array.from({ length: count }, () => {
    const question = Math.floor(QUESTIONS * random() ** 2); // some are asked often, some hardly ever
    const us = momentOf(random);
    const duration = random() < 0.12 ? "" : String(Math.floor(200 + 90_000 * random() ** 3));
    return [idOf("a", question), idOf("b", Math.floor(random() * 900)), random() < 0.3 + question / 800, duration]
      .concat([inSomeOffset(us, random), String(us)]);
  });
  const questionsFile = `${folder}/questions.csv`;
  const responsesFile = `${folder}/responses.csv`;
  await Deno.writeTextFile(questionsFile, csv(["id", "lesion", "topic", "meant_lesion", "meant_topic"], questions));
  const columns = ["question_id", "user_id", "is_correct", "duration_ms", "answered_at", "answered_us"];
  await Deno.writeTextFile(responsesFile, csv(columns, responses));
  return { questionsFile, responsesFile };
}

/** One in five falls within two seconds of a Monday's midnight in UTC, or of an hour around it that is Sunday or Monday elsewhere. */
function momentOf(random: () => number): number {
  const week = FIRST_MONDAY_S + Math.floor(random() * WEEKS) * WEEK_S;
  if (random() > 0.2) return (week + Math.floor(random() * WEEK_S)) * 1_000_000 + Math.floor(random() * 1_000_000);
  const hour = (week + (Math.floor(random() * 25) - 12) * 3_600) * 1_000_000;
  if (random() < 0.5) return hour + Math.floor((random() * 4 - 2) * 1_000_000);
  return (random() < 0.5 ? hour : week * 1_000_000) - Math.floor(random() * 2); // the very microsecond, or the one before
}

/** The same moment as clocks with another offset show it. */
function inSomeOffset(us: number, random: () => number): string {
  const minutes = (Math.floor(random() * 105) - 48) * 15; // -12:00 to +14:00
  const shown = us + minutes * 60_000_000;
  const seconds = new Date(Math.floor(shown / 1_000_000) * 1_000).toISOString().slice(0, 19);
  const fraction = String(((shown % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, "0");
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
    String(part).padStart(2, "0")
  );
  return `${seconds}.${fraction}${minutes < 0 ? "-" : "+"}${hours}:${rest}`;
}

function idOf(kind: string, number: number): string {
  return `${kind}0000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

function csv(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const quoted = (cell: unknown) => cell === "" ? "" : `"${String(cell).replaceAll('"', '""')}"`;
  return [columns, ...rows].map((row) => `${row.map(quoted).join(",")}\n`).join("");
}

/** Numbers from 0 to 1 (mulberry32): the same on every machine and in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
