/** How a token bucket is dimensioned: it holds `size` tokens and gains `perSecond`. */
export interface Rate {
  readonly size: number;
  readonly perSecond: number;
}

/** A bucket as it stood at a moment, in milliseconds since the epoch. */
export interface TokenBucket extends Rate {
  readonly tokens: number;
  readonly atMillis: number;
}

export function fullBucket(rate: Rate, atMillis: number): TokenBucket {
  return { ...rate, tokens: rate.size, atMillis };
}

/** The bucket at a later moment. A clock that went back gains nothing. */
export function refill(bucket: TokenBucket, atMillis: number): TokenBucket {
  const elapsed = Math.max(0, atMillis - bucket.atMillis);
  const tokens = Math.min(bucket.size, bucket.tokens + (elapsed / 1000) * bucket.perSecond);
  return { ...bucket, tokens, atMillis: Math.max(atMillis, bucket.atMillis) };
}

/** Milliseconds, rounded up, until the bucket holds that many tokens or is full. */
export function millisUntil(bucket: TokenBucket, count: number): number {
  const missing = Math.min(count, bucket.size) - bucket.tokens;
  return missing <= 0 ? 0 : Math.ceil((missing / bucket.perSecond) * 1000);
}

/** The bucket with that many tokens fewer, never below none. */
export function spend(bucket: TokenBucket, count: number): TokenBucket {
  return { ...bucket, tokens: Math.max(0, bucket.tokens - count) };
}
