/** SHA-256 of a UTF-8 text as 64 lower-case hexadecimal digits. Synchronous: it runs several times in every cache hit. */
export type Hash = (text: string) => string;
