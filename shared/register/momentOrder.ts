const DIGIT = 0x1_0000;
const WORD = 0x1_0000_0000;
/** Moments further apart than this (8,900 years) are not sorted here. */
const WIDEST = DIGIT * WORD;

/**
 * Places in the order of their moments, those without one last whichever way; equal moments stay in the order they came in.
 * Moments are nearly as many as rows: they are dealt out by three digits of 16 bits (a radix sort), without a comparison.
 * @param moments whole milliseconds; NaN where there is none.
 * @returns undefined where they are too far apart.
 */
export function momentOrder(moments: Float64Array, descending: boolean): Uint32Array | undefined {
  const { least, most } = boundsOf(moments);
  if (most - least >= WIDEST) return undefined;
  const { places, known } = knownFirst(moments);
  // Each keeps its part of a distance: what is stored in 32 bits is the rest of a division by 2^32.
  const low = new Uint32Array(moments.length);
  const high = new Uint16Array(moments.length);
  for (let index = 0; index < known; index++) {
    const place = places[index] as number;
    const distance = descending ? most - (moments[place] as number) : (moments[place] as number) - least;
    low[place] = distance;
    high[place] = distance / WORD;
  }
  let ordered = places.subarray(0, known);
  ordered = dealt(ordered, (place) => (low[place] as number) & 0xffff);
  ordered = dealt(ordered, (place) => (low[place] as number) >>> 16);
  if (most - least >= WORD) ordered = dealt(ordered, (place) => high[place] as number);
  places.set(ordered);
  return places;
}

function boundsOf(moments: Float64Array): { least: number; most: number } {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const moment of moments) {
    if (moment < least) least = moment;
    if (moment > most) most = moment;
  }
  return { least, most };
}

function knownFirst(moments: Float64Array): { places: Uint32Array; known: number } {
  const places = new Uint32Array(moments.length);
  let known = 0;
  for (let place = 0; place < moments.length; place++) if (!Number.isNaN(moments[place])) places[known++] = place;
  let next = known;
  for (let place = 0; place < moments.length; place++) if (Number.isNaN(moments[place])) places[next++] = place;
  return { places, known };
}

function dealt(places: Uint32Array, digit: (place: number) => number): Uint32Array {
  const starts = new Uint32Array(DIGIT + 1);
  for (const place of places) starts[digit(place) + 1] = (starts[digit(place) + 1] as number) + 1;
  for (let value = 1; value <= DIGIT; value++) starts[value] = (starts[value] as number) + (starts[value - 1] as number);
  const ordered = new Uint32Array(places.length);
  for (const place of places) {
    const value = digit(place);
    const next = starts[value] as number;
    ordered[next] = place;
    starts[value] = next + 1;
  }
  return ordered;
}
