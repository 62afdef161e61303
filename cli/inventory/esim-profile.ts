import { ok } from '#runtime/client';
import { RemoteError } from '#runtime/errors';
import type { EsimView } from '../renderers/esim.ts';
import type { Session } from '../session.ts';

/** A profile and, where it has one, the code a phone scans. @throws RemoteError when there is no such profile */
export async function profileWithCode({ clients }: Pick<Session, 'clients'>, iccid: string): Promise<EsimView> {
  const path = { params: { path: { iccid } } };
  const [profile, activation] = await Promise.all([
    ok(clients.inventory.GET('/esim/{iccid}', path)),
    ok(clients.inventory.GET('/esim/{iccid}/activation', path)).catch((error: unknown) => {
      if (error instanceof RemoteError && (error.rule === 'esim.activation.not_issued' || error.status === 404)) return null;
      throw error;
    }),
  ]);
  return { ...profile, '@type': 'EsimView', activationCode: activation?.activationCode ?? null };
}
