/** A run of characters that could be a key of any vendor. Each run is read once. */
const RUN = /[\w+/-]{16,}={0,2}/g;

/**
 * Removes runs that mix lower case, upper case and digits as random text does; names change case at word boundaries
 * only.
 */
export function scrubTokens(text: string): string {
  return text.replace(RUN, (run) => {
    const core = run.replace(/=+$/, "");
    if (/^[0-9a-f]{32,}$/i.test(core)) return "[hex]";
    return isRandom(core) ? "[token]" : run;
  });
}

function isRandom(run: string): boolean {
  const kinds = kindsOf(run);
  const [has_lower, has_upper, has_digit] = ["a", "A", "0"].map((kind) => kinds.includes(kind));
  const changes = [...kinds].filter((kind, at) => at > 0 && kind !== kinds[at - 1]).length;
  if (has_lower && has_upper && has_digit) return run.length >= 20 && changes >= run.length / (run.length < 40 ? 3 : 5);
  if (has_lower && has_upper) return run.length >= 32 && changes >= run.length / 3;
  if (has_upper && has_digit) return changes >= run.length / 3;
  return has_lower === true && has_digit === true && run.length >= 24 && !/[_-]/.test(run) && changes >= run.length / 3;
}

function kindsOf(run: string): string {
  return run.replace(/[^A-Za-z0-9]/g, "").replace(/[a-z]/g, "a").replace(/[A-Z]/g, "A").replace(/\d/g, "0");
}
