/** Short enough for an axis, and not the same text for two days of a year. */
export function shortDay(iso: string): string {
  const format = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
  return format.format(new Date(`${iso}T00:00:00Z`));
}
