/** Counts of one service in the Prometheus text format 0.0.4. */
import type { Operation } from '#runtime/operation';

/** Upper bounds of the latency buckets in seconds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

interface Series {
  readonly counts: Map<number, number>;
  readonly buckets: number[];
  seconds: number;
}

export class Metrics {
  readonly #service: string;
  /** By operation key: as many as the service has routes. */
  readonly #series = new Map<string, Series>();

  constructor(service: string) {
    this.#service = service;
  }

  observe(row: Operation, status: number, ms: number): void {
    const series = this.#seriesOf(row.key);
    series.counts.set(status, (series.counts.get(status) ?? 0) + 1);
    series.seconds += ms / 1000;
    const bucket = bounds.findIndex((bound) => ms <= bound * 1000);
    if (bucket >= 0) series.buckets[bucket]! += 1;
  }

  #seriesOf(operation: string): Series {
    const known = this.#series.get(operation);
    if (known) return known;
    const made: Series = { counts: new Map(), buckets: bounds.map(() => 0), seconds: 0 };
    this.#series.set(operation, made);
    return made;
  }

  /** @param inFlight requests being answered now */
  text(inFlight: number): string {
    const service = `service="${this.#service}"`;
    const memory = process.memoryUsage();
    return [
      '# TYPE bss_http_requests_total counter', ...this.#requestLines(service),
      '# TYPE bss_http_request_seconds histogram', ...this.#latencyLines(service),
      '# TYPE bss_http_requests_in_flight gauge', `bss_http_requests_in_flight{${service}} ${inFlight}`,
      '# TYPE process_resident_memory_bytes gauge', `process_resident_memory_bytes ${memory.rss}`,
      '# TYPE nodejs_heap_used_bytes gauge', `nodejs_heap_used_bytes ${memory.heapUsed}`, '',
    ].join('\n');
  }

  #requestLines(service: string): string[] {
    return [...this.#series].flatMap(([operation, { counts }]) =>
      [...counts].map(([status, count]) => `bss_http_requests_total{${service},operation="${operation}",status="${status}"} ${count}`));
  }

  #latencyLines(service: string): string[] {
    return [...this.#series].flatMap(([operation, series]) => {
      const labels = `${service},operation="${operation}"`;
      const total = [...series.counts.values()].reduce((sum, count) => sum + count, 0);
      let below = 0;
      const buckets = bounds.map((bound, i) => `bss_http_request_seconds_bucket{${labels},le="${bound}"} ${(below += series.buckets[i]!)}`);
      return [
        ...buckets, `bss_http_request_seconds_bucket{${labels},le="+Inf"} ${total}`,
        `bss_http_request_seconds_sum{${labels}} ${series.seconds}`, `bss_http_request_seconds_count{${labels}} ${total}`,
      ];
    });
  }
}
