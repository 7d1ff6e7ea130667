/** A migration's number must be later than all before it, also than those that were dated ahead. */
export function nextMigrationNumber(names: readonly string[], now: Date): string {
  const present = now.toISOString().replace(/\D/g, "").slice(0, 14);
  const last = names.map((name) => name.slice(0, 14)).filter((number) => /^\d{14}$/.test(number)).sort().at(-1) ?? "0";
  return present > last ? present : String(BigInt(last) + 10n).padStart(14, "0");
}
