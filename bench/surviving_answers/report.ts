import { quantile } from "../quantiles.ts";
import { type Measured, reckon, SHARES } from "./measure.ts";

/** The share of answers that must survive, by the share of organisations that changed, with 256 buckets. */
export const TARGETS: Readonly<Record<number, number>> = { 0.01: 0.95, 0.05: 0.85, 0.2: 0.6 };

/** Whether each answer was right, and enough of them were kept. */
export function isReached({ buckets, changed, kept, wrong }: Measured): boolean {
  return wrong === 0 && (buckets !== 256 || quantile(kept, 0.5) >= (TARGETS[changed] ?? 1));
}

export function asMarkdown(measured: readonly Measured[], organisations: number): string {
  const rows = measured.map(({ buckets, changed, kept, wrong, pointer }) => {
    const target = buckets === 256 ? `≥ ${TARGETS[changed]}` : "";
    const range = `${share(quantile(kept, 0.5))} (${share(Math.min(...kept))}–${share(Math.max(...kept))})`;
    return `| ${buckets} | ${
      changed * 100
    } % | ${range} | ${target} | ${wrong} | ${pointer.bucket_bytes} of ${pointer.bytes} |`;
  });
  const reckoned = [200, 1_000, 5_000].flatMap((count) =>
    [256, 1_024].map((buckets) => {
      const kept = SHARES.map((changed) => share(reckon({ organisations: count, buckets, changed, rounds: 20 })));
      return `| ${count.toLocaleString("en")} | ${buckets.toLocaleString("en")} | ${kept.join(" | ")} |`;
    })
  );
  return `# Cached answers that survive a write

One isolate keeps an answer for each of ${organisations} organisations. In each round some of them are written to and the view
is refreshed; then all are asked for again. Median (least–greatest) of ${
    measured[0]?.kept.length ?? 0
  } rounds with the same draws in every
run. Without buckets, the share is 0. "Wrong" counts answers that differ from what the database holds.

| buckets | organisations written to | answers kept | must | wrong | bytes of buckets in the pointer |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

The same share by the hash alone:

| organisations | buckets | ${SHARES.map((changed) => `${changed * 100} % written to`).join(" | ")} |
| --- | --- | --- | --- | --- |
${reckoned.join("\n")}
`;
}

export function asJson(measured: readonly Measured[], organisations: number): string {
  return `${JSON.stringify({ organisations, targets: TARGETS, measured }, null, 2)}\n`;
}

function share(value: number): string {
  return value.toFixed(3);
}
