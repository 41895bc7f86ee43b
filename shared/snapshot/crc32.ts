/** CRC-32 of ISO 3309 as ZIP uses it, eight bytes at a step ("slicing by eight": eight tables instead of one). */
const SLICES = 8;
const TABLES = tables();

function tables(): Uint32Array {
  const table = new Uint32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    table[byte] = value;
  }
  for (let index = 256; index < table.length; index++) {
    const before = table[index - 256] as number;
    table[index] = (before >>> 8) ^ (table[before & 255] as number);
  }
  return table;
}

const step = (slice: number, byte: number): number => TABLES[slice * 256 + (byte & 255)] as number;

/** @returns an unsigned 32-bit number. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  let index = 0;
  for (const end = bytes.length - (bytes.length % SLICES); index < end; index += SLICES) crc = eightBytes(crc, bytes, index);
  for (; index < bytes.length; index++) crc = (crc >>> 8) ^ step(0, crc ^ (bytes[index] as number));
  return ~crc >>> 0;
}

function eightBytes(crc: number, bytes: Uint8Array, at: number): number {
  return (
    step(7, (bytes[at] as number) ^ crc) ^
    step(6, (bytes[at + 1] as number) ^ (crc >>> 8)) ^
    step(5, (bytes[at + 2] as number) ^ (crc >>> 16)) ^
    step(4, (bytes[at + 3] as number) ^ (crc >>> 24)) ^
    step(3, bytes[at + 4] as number) ^
    step(2, bytes[at + 5] as number) ^
    step(1, bytes[at + 6] as number) ^
    step(0, bytes[at + 7] as number)
  );
}
