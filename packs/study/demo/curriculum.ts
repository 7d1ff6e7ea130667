import { createHash } from "node:crypto";

/** A topic of the made-up course, with the places of those that come before it. */
export interface DemoTopic {
  readonly id: string;
  readonly name: string;
  /** In the exam, 0 to 10. */
  readonly weight: number;
  readonly after: readonly number[];
  readonly questions: readonly string[];
  readonly materials: readonly { readonly id: string; readonly title: string }[];
}

const QUESTIONS_PER_TOPIC = 40;

/** The last one is never met, as in a course that is not over. */
const TOPICS: readonly Omit<DemoTopic, "id" | "questions" | "materials">[] = [
  { name: "Anatomy", weight: 6, after: [] },
  { name: "Physiology", weight: 7, after: [0] },
  { name: "Biochemistry", weight: 4, after: [] },
  { name: "Pharmacology", weight: 8, after: [1, 2] },
  { name: "Cardiology", weight: 9, after: [1, 3] },
  { name: "Neurology", weight: 7, after: [0, 1] },
  { name: "Surgery", weight: 5, after: [0, 4] },
  { name: "Medical ethics", weight: 2, after: [] },
];

const MATERIALS = ["Lecture notes", "Worked examples", "Atlas"] as const;

/** A course that does not exist: the dataset has neither weights nor materials. Its names say so. */
export const DEMO_TOPICS: readonly DemoTopic[] = TOPICS.map((topic) => ({
  ...topic,
  id: demoId(`topic:${topic.name}`),
  name: `${topic.name} (made up)`,
  questions: Array.from({ length: QUESTIONS_PER_TOPIC }, (_, place) => demoId(`question:${topic.name}:${place}`)),
  materials: MATERIALS.map((kind) => ({
    id: demoId(`material:${topic.name}:${kind}`),
    title: `${kind}: ${topic.name}`,
  })),
}));

export function demoId(name: string): string {
  const digest = createHash("md5").update(`demo:study:${name}`).digest("hex");
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
