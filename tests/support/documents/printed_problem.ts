/**
 * The first line of what a block printed that is a problem of the API. Most commands end with 0 whatever the API
 * answered, so their status alone does not show that the block is refused.
 */
export function printedProblem(printed: string): string | null {
  return printed.split("\n").find((line) => /"code":"[A-Z_]+","detail":/.test(line)) ?? null;
}
