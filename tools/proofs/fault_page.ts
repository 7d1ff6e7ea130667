import { z } from "zod";

const count = z.number().int().nonnegative();
const row = z.object({
  fault: z.string().regex(/^F\d+$/),
  what: z.string(),
  injected: count.optional(),
  /** Reported incidents, for faults in the background; `answered` counts requests. */
  told: count.optional(),
  answered: count.optional(),
  duplicates: count.optional(),
  lost: count.optional(),
  false: count.optional(),
  wrong: count.optional(),
  /** A test that causes the fault but counts nothing. */
  covered_by: z.string().optional(),
});
type Row = z.infer<typeof row>;
const proof = z.object({ date: z.string(), commit: z.string(), faults: z.array(row) });

/** The counts in one file of bench/proofs. */
export interface FaultProof extends z.infer<typeof proof> {
  readonly name: string;
}

export function faultProof(name: string, json: string): FaultProof {
  const read = proof.safeParse(JSON.parse(json));
  if (read.success) return { name, ...read.data };
  throw new Error(`${name} is no table of faults: ${z.prettifyError(read.error)}. Keep it with keepProof()`);
}

const LAST_FAULT = 43;
/** Faults that cannot happen yet. */
const ABSENT: Readonly<Record<string, string>> = { F43: "exports come with a later version" };

/** The page: each fault of the list in order, counted or not. */
export function faultPage(proofs: readonly FaultProof[]): string {
  const rows = proofs.flatMap(({ faults }) => faults);
  const strange = rows.find(({ fault }) => Number(fault.slice(1)) < 1 || Number(fault.slice(1)) > LAST_FAULT);
  if (strange !== undefined) throw new Error(`${strange.fault} is none of the faults F1 to F${LAST_FAULT}`);
  const faults = Array.from({ length: LAST_FAULT }, (_, index) => `F${index + 1}`);
  return [
    "# Faults, and what became of them",
    "",
    "Every fault of the fault list, injected into the real product and counted. For the audit a row counts incidents that had",
    "to be reported (or writes that had to be seen), for the read path answers that had to be right. *Twice* counts repeated",
    "reports and events, *lost* missing reports and answers, *false* reports without a fault and wrong rows. Healthy jobs run",
    "beside each fault: a report about one of them counts as false.",
    "",
    `Written by \`deno task generate\` from the last \`deno task test:proofs\`: ${
      proofs.map(({ name, date, commit }) => `[${name}](../proofs/${name}) of ${date} (${commit})`).join(", ")
    }.`,
    "",
    "| fault | what | injected | reported or answered | twice | lost | false |",
    "| --- | --- | --: | --: | --: | --: | --: |",
    ...faults.flatMap((fault) => {
      const own = rows.filter((one) => one.fault === fault);
      return own.length === 0 ? [`| ${fault} | ${ABSENT[fault] ?? "not counted yet"} | | | | | |`] : own.map(line);
    }),
    "",
  ].join("\n");
}

function line(row: Row): string {
  const { fault, what, covered_by } = row;
  if (covered_by !== undefined) {
    return `| ${fault} | ${what}: [${covered_by}](../../${covered_by}) | | | | | |`;
  }
  const figures = [row.injected, row.told ?? row.answered, row.duplicates ?? 0, row.lost, addUp(row.false, row.wrong)];
  return `| ${fault} | ${what} | ${figures.map((figure) => figure ?? "").join(" | ")} |`;
}

function addUp(some: number | undefined, more: number | undefined): number | undefined {
  return some === undefined && more === undefined ? undefined : (some ?? 0) + (more ?? 0);
}
