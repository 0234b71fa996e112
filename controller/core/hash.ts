import { createHash } from 'node:crypto';

/** The first `length` hex digits of the SHA-256 of a text. */
export function hashText(text: string, length: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** A number in [0, 1) that only depends on the text: jitter without randomness. */
export function fractionOf(text: string): number {
  return Number.parseInt(hashText(text, 8), 16) / 0x1_0000_0000;
}
