/** Customers remembered at once; the longest unseen one is forgotten first. */
const customersMax = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * Requests per customer and minute of machine time (BSS_RATE_LIMIT_PER_MINUTE) as a token bucket: a
 * whole minute's worth may come at once. Kept per process, so replicas together let more through.
 */
export class RateLimit {
  readonly perMinute: number;
  readonly #tick: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param perMinute 0 = no limit */
  constructor(perMinute: number, tick: () => number) {
    this.perMinute = perMinute;
    this.#tick = tick;
  }

  /** Takes one request: 0 when it may pass, else the seconds to wait. */
  take(customerId: string): number {
    if (this.perMinute === 0) return 0;
    const bucket = this.#filled(customerId);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil(((1 - bucket.tokens) * 60) / this.perMinute));
    bucket.tokens -= 1;
    return 0;
  }

  #filled(customerId: string): Bucket {
    const now = this.#tick();
    const known = this.#buckets.get(customerId) ?? { tokens: this.perMinute, atMs: now };
    known.tokens = Math.min(this.perMinute, known.tokens + ((now - known.atMs) * this.perMinute) / 60_000);
    known.atMs = now;
    this.#buckets.delete(customerId); // put back as the newest
    this.#buckets.set(customerId, known);
    if (this.#buckets.size > customersMax) this.#buckets.delete(this.#buckets.keys().next().value!);
    return known;
  }
}
