// Making a format takes a hundred times as long as writing a figure with it, and a page writes thousands of figures.

const of_numbers = new Map<string, Intl.NumberFormat>();
const of_days = new Map<string, Intl.DateTimeFormat>();

/** The format with these options, made once. */
export function numberFormat(options: Intl.NumberFormatOptions, locale?: string): Intl.NumberFormat {
  return madeOnce(of_numbers, options, locale, () => new Intl.NumberFormat(locale, options));
}

/** The same for days and moments. */
export function dayFormat(options: Intl.DateTimeFormatOptions, locale?: string): Intl.DateTimeFormat {
  return madeOnce(of_days, options, locale, () => new Intl.DateTimeFormat(locale, options));
}

function madeOnce<Format>(
  formats: Map<string, Format>,
  options: object,
  locale: string | undefined,
  make: () => Format,
) {
  const key = `${locale ?? ""} ${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const format = make();
  formats.set(key, format);
  return format;
}
