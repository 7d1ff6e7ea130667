import { z } from "zod";

/** One parsed envelope of Sentry's protocol: a header line, then pairs of item header and payload. */
export interface ParsedEnvelope {
  readonly header: Readonly<Record<string, unknown>>;
  readonly items: readonly EnvelopeItem[];
}

export interface EnvelopeItem {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

const objectSchema = z.record(z.string(), z.unknown());
const itemHeaderSchema = z.looseObject({ type: z.string(), length: z.number().int().optional() });

/**
 * Parses an envelope as a receiver does: an item with a length is that many bytes, one without ends with its line.
 *
 * @throws Error when it is not one
 */
export function parseEnvelope(bytes: Uint8Array): ParsedEnvelope {
  let offset = 0;
  const header = objectSchema.parse(JSON.parse(line()));
  const items: EnvelopeItem[] = [];
  while (offset < bytes.length) {
    const text = line();
    if (text === "") continue;
    const { type, length } = itemHeaderSchema.parse(JSON.parse(text));
    items.push({ type, payload: objectSchema.parse(JSON.parse(length === undefined ? line() : take(length))) });
  }
  return { header, items };

  function line(): string {
    const end = bytes.indexOf(0x0a, offset);
    return take((end === -1 ? bytes.length : end) - offset);
  }

  function take(length: number): string {
    const text = new TextDecoder().decode(bytes.subarray(offset, offset + length));
    offset += length + 1;
    return text;
  }
}
