export interface TapResult {
  readonly planned: number;
  readonly passed: number;
  /** Each failed assertion with the diagnosis that follows it. */
  readonly failures: readonly string[];
}

/** Reads the Test Anything Protocol as pgTAP prints it. */
export function readTap(output: string): TapResult {
  const lines = output.split("\n");
  const planned = Number(lines.map((line) => /^1\.\.(\d+)$/.exec(line)?.[1]).find((count) => count !== undefined) ?? 0);
  const passed = lines.filter((line) => /^ok \d+/.test(line)).length;
  const failures = lines.flatMap((line, index) => {
    if (!/^not ok \d+/.test(line)) return [];
    const diagnosis = lines.slice(index + 1);
    const end = diagnosis.findIndex((next) => !next.startsWith("#"));
    return [[line, ...diagnosis.slice(0, end === -1 ? undefined : end)].join("\n")];
  });
  return { planned, passed, failures };
}
