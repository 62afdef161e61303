import { requireContext } from '#runtime/context';
import { PolicyViolation } from '#runtime/errors';

/** Two callers may use one word as their key: a charge belongs to identity and key (I10). */
export const callKey = (): string | null => {
  const { idempotencyKey, serviceIdentity } = requireContext();
  return idempotencyKey === null ? null : `${serviceIdentity}/${idempotencyKey}`;
};

/** The caller's word in a stored key. */
export const wordOf = (key: string | null): string | null => (key === null ? null : key.slice(key.indexOf('/') + 1));

/** A key stands for one movement of money for ever, also after the stored answer of the host is gone. */
export const keyReused = (ids: Readonly<Record<string, unknown>>, key: string | null): PolicyViolation =>
  new PolicyViolation('idempotency.key.reused', 'The Idempotency-Key already stands for something else.', { ...ids, key: wordOf(key) }, [{ hint: 'Use a new key.' }]);
