import { requireContext } from '#runtime/context';

/** Caller and key of the request, under which what it began is found again; null without a key. */
export function requestKey(about: string): string | null {
  const { serviceIdentity, idempotencyKey } = requireContext();
  return idempotencyKey === null ? null : `${serviceIdentity}:${about}:${idempotencyKey}`;
}
