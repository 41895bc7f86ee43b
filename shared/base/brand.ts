declare const brand: unique symbol;

/**
 * A string that cannot be swapped for another kind of string. A brand on a brand is both: an entry id is a hash.
 * Made by the parsers in `model/ids.ts`.
 */
export type Brand<T, B extends string> = T & { readonly [brand]: { readonly [K in B]: true } };
