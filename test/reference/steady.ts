/** What differs from run to run in an answer, made steady: addresses, random ids, activation codes, the moment of the seed, machine time. */
import { servicePort, type ServiceName } from '#runtime/services';

const usualBase = 8000;
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const activation = /(?<=\$)[0-9A-F]{4}(?:-[0-9A-F]{4}){3}/g;
const seedMoment = '2026-01-01T00:00:00.000Z';
/** Members that tell machine time, which no story holds still. */
const machineTime = /"(nextAttemptAt|leaseUntil)":"[^"]+"/g;
const machineMoment = '2026-04-11T09:00:01.000Z';
/** Business time runs for a moment after it was let go. */
const milliseconds = /(?<=T\d\d:\d\d:\d\d)\.\d{3}Z/g;
const hex = /(?<![0-9a-f])[0-9a-f]{16,64}(?![0-9a-f])/g;

/** Replaces the ports of one stack by the usual ones, and each random id by its number in order of appearance. */
export class Steady {
  readonly #ports: ReadonlyMap<string, number>;
  readonly #seen = new Map<string, string>();

  readonly #seededAt: string;

  /** @param seededAt when the reference data of the database was written, as it goes over the wire */
  constructor(addresses: readonly { readonly name: ServiceName; readonly url: string }[], seededAt: string) {
    this.#seededAt = seededAt;
    this.#ports = new Map(addresses.map(({ name, url }) => [new URL(url).port, servicePort(name, usualBase)]));
  }

  text(text: string): string {
    return text
      .replaceAll(/http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/g, (address, port: string) => (this.#ports.has(port) ? `http://localhost:${this.#ports.get(port)}` : address))
      .replaceAll(this.#seededAt, seedMoment)
      .replaceAll(machineTime, (_, name: string) => `"${name}":"${machineMoment}"`)
      .replaceAll(milliseconds, '.000Z')
      .replaceAll(activation, (code) => this.#numbered(code, (n) => `0000-0000-0000-${n.toString(16).toUpperCase().padStart(4, '0')}`))
      .replaceAll(/"offsetMs":-?\d+/g, '"offsetMs":0')
      .replaceAll(uuid, (id) => this.#numbered(id, (n) => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`))
      .replaceAll(hex, (id) => (/^\d+$/.test(id) ? id : this.#numbered(id, (n) => n.toString(16).padStart(id.length, '0'))));
  }

  value<T>(value: T): T {
    return JSON.parse(this.text(JSON.stringify(value))) as T; // the same JSON with other texts
  }

  #numbered(id: string, form: (n: number) => string): string {
    const known = this.#seen.get(id) ?? form(this.#seen.size + 1);
    this.#seen.set(id, known);
    return known;
  }
}
