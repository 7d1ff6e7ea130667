/**
 * Serializers and parsers that replace lite's: what goes in arrives whole, what comes out reads as PostgREST's.
 */
export const values = {
  json: { to: 114, from: [114], serialize: serializeJson, parse: JSON.parse },
  jsonb: { to: 3802, from: [3802], serialize: serializeJson, parse: JSON.parse },
  numeric: { to: 1700, from: [1700], serialize: String, parse: parseNumeric },
  timestamp: { to: 1114, from: [1114], serialize: String, parse: parseTimestamp },
  timestamptz: { to: 1184, from: [1184], serialize: String, parse: parseTimestamp },
};

/** lite has already turned objects, arrays and numbers into JSON text, and passes strings bare. */
function serializeJson(value) {
  if (typeof value !== "string") return JSON.stringify(value);
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value);
  }
}

/** NaN and the infinities stay text, as in to_json(). */
function parseNumeric(text) {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

/** `infinity` and years before Christ stay as they are. */
function parseTimestamp(text) {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?:([+-]\d\d)(:\d\d)?)?$/.exec(text);
  if (match === null) return text;
  const [, date, time, hours, minutes = ":00"] = match;
  return `${date}T${time}${hours === undefined ? "" : hours + minutes}`;
}
