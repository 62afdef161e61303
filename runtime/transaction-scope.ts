import { AsyncLocalStorage } from 'node:async_hooks';

/** Marks code that runs inside a database transaction: nothing there may call another service (ARCHITECTURE §5). */
const scope = new AsyncLocalStorage<string>();

export const insideTransaction = <T>(service: string, work: () => T): T => scope.run(service, work);

/** @throws {Error} when called inside a transaction */
export function refuseInsideTransaction(what: string): void {
  const service = scope.getStore();
  if (service) throw new Error(`${what} inside a transaction of ${service}: cross-service work is a saga step, after the commit`);
}
