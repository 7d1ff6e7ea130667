import { constants, deflateRawSync } from "node:zlib";
import type { DeflatePart } from "../../export/ports.ts";

/** By zlib: the runtime's CompressionStream knows no flush, and ends what it writes. */
export const deflatePart: DeflatePart = (plain) =>
  new Uint8Array(deflateRawSync(plain, { finishFlush: constants.Z_SYNC_FLUSH }));
