import type { Tx } from '#db/database';
import type { CrmHandlers } from '#generated/stubs/crm';
import type { components } from '#generated/types/crm';
import { kycMachine, type KycFacts } from '#policy/kyc';
import { NotFound } from '#runtime/errors';
import { hmacSha256 } from '#runtime/ids';
import { recordMove } from '../transition.ts';
import { requireOwn } from '../resource/ownership.ts';
import { findResource, lockResource } from '../resource/rows.ts';
import type { Service } from '../service.ts';
import { customers } from './customer.ts';
import { logInteraction } from './interaction.ts';
import { providersOf, type ProviderVerdict } from './kyc-provider.ts';
import { expireIdentity, storeAttestation, type CustomerRow } from './store-customer.ts';

type Request = components['schemas']['KycAttestation'];
type Routes = Pick<CrmHandlers, 'crm.attestKyc' | 'crm.retrieveKyc'>;

const dayMs = 86_400_000;

/** Identity checks (DOMAIN §4 "KYC", §5 F1 step 2). */
export function kycRoutes(service: Service): Routes {
  return {
    async 'crm.attestKyc'({ params, body }) {
      const provider = providersOf(service.config).find(({ name }) => name === body.provider);
      const verdict = (await provider?.check(body.attestationToken, params.id)) ?? null;
      const row = await service.db.tx(async (tx) => {
        const current = await lockResource(tx, customers, params.id);
        if (!current) throw new NotFound('customer', params.id);
        requireOwn(customers, current);
        return attest(service, tx, current, body, verdict);
      });
      return { body: show(service, row) };
    },
    async 'crm.retrieveKyc'({ params }) {
      const row = await findResource(service.db, customers, params.id);
      if (!row) throw new NotFound('customer', params.id);
      requireOwn(customers, row);
      return { body: show(service, row) };
    },
  };
}

/** The document as token and request together tell it; the request wins. */
interface IdentityDocument {
  readonly type: string;
  readonly number: string | null;
  readonly dateOfBirth: string | null;
  readonly country: string | null;
}

const documentOf = (body: Request, verdict: ProviderVerdict | null): IdentityDocument => ({
  type: body.documentType ?? verdict?.documentType ?? 'national_id',
  number: body.documentNumber ?? verdict?.documentNumber ?? null,
  dateOfBirth: body.dateOfBirth ?? verdict?.dateOfBirth ?? null,
  country: body.documentCountry ?? null,
});

async function attest(service: Service, tx: Tx, row: CustomerRow, body: Request, verdict: ProviderVerdict | null): Promise<CustomerRow> {
  const at = service.clock.now();
  const document = documentOf(body, verdict);
  const documentHash = document.number === null ? null : hashOf(service, document.type, document.number);
  const facts = await factsOf(service, tx, row, body, verdict, document, documentHash);
  const refused = verdict?.outcome === 'refused';
  const move = kycMachine.move(tx, row.kycStatus, refused ? 'refuse' : 'attest', facts, { customerId: row.id });
  const { kycValidDays } = service.config;
  const attested = refused
    ? { provider: body.provider, documentType: null, documentCountry: null, documentHash: null, expiresAt: null }
    : { provider: body.provider, documentType: document.type, documentCountry: document.country, documentHash, expiresAt: kycValidDays === 0 ? null : new Date(at.getTime() + kycValidDays * dayMs) };
  const stored = await storeAttestation(tx, move, row, attested, at);
  recordMove(tx, move, row.id, { customerId: row.id, status: stored.status, provider: body.provider });
  await logInteraction(service, tx, stored, refused ? 'identity check refused' : 'identity verified');
  return stored;
}

/** Peppered, so that a list of all document numbers there can be does not open it (DOMAIN §9 "Secrets"). */
const hashOf = ({ config }: Service, type: string, number: string): string =>
  hmacSha256(config.piiPepper, `${type}:${number.replace(/[\s-]/g, '').toUpperCase()}`);

async function factsOf(
  service: Service, tx: Tx, row: CustomerRow, body: Request, verdict: ProviderVerdict | null, document: IdentityDocument, documentHash: string | null,
): Promise<KycFacts> {
  const missing = [['documentNumber', document.number], ['dateOfBirth', document.dateOfBirth]].flatMap(([name, value]) => (value ? [] : [name!]));
  return {
    customerId: row.id, customerState: row.status, provider: body.provider, allowedProviders: providersOf(service.config).map(({ name }) => name),
    tokenValid: verdict !== null, documentType: document.type, missing, documentTakenBy: await holderOf(tx, row.id, document.type, documentHash),
  };
}

/** Another customer the document proves; two attestations of one document take turns (I17). */
async function holderOf(tx: Tx, customerId: string, type: string, hash: string | null): Promise<string | null> {
  if (hash === null) return null;
  await tx.read('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`identity ${type} ${hash}`]);
  const row = await tx.one<{ customerId: string }>(
    'SELECT customer_id FROM crm.identity WHERE document_type = $1 AND document_hash = $2 AND customer_id <> $3', [type, hash, customerId]);
  return row?.customerId ?? null;
}

const expiredMax = 100;

/** Sweep kyc_expiry: verified identities whose validity has passed. @returns how many, one batch at most */
export async function expireDue(service: Service): Promise<number> {
  return service.db.tx(async (tx) => {
    const at = service.clock.now();
    const due = await tx.read<CustomerRow>(
      `SELECT * FROM crm.customer WHERE kyc_status = 'verified' AND kyc_expires_at <= $1 ORDER BY kyc_expires_at LIMIT $2 FOR UPDATE SKIP LOCKED`, [at, expiredMax]);
    for (const row of due) await expire(tx, row, at);
    return due.length;
  });
}

async function expire(tx: Tx, row: CustomerRow, at: Date): Promise<void> {
  const provider = row.kycProvider ?? '';
  const move = kycMachine.move(tx, row.kycStatus, 'expire', {
    customerId: row.id, customerState: row.status, provider, allowedProviders: [provider], tokenValid: true,
    documentType: row.kycDocumentType ?? '', missing: [], documentTakenBy: null,
  });
  await expireIdentity(tx, move, row, at);
  recordMove(tx, move, row.id, { customerId: row.id, status: row.status, provider });
}

const show = (service: Service, row: CustomerRow): components['schemas']['Kyc'] => ({
  id: row.id, href: service.href(`/bss-api/crm/v1/customer/${row.id}/kyc`), '@type': 'Kyc', customerId: row.id, kycStatus: row.kycStatus,
  provider: row.kycProvider, documentType: row.kycDocumentType, documentCountry: row.kycDocumentCountry,
  attestedAt: row.kycAttestedAt?.toISOString() ?? null, verifiedAt: row.kycVerifiedAt?.toISOString() ?? null, expiresAt: row.kycExpiresAt?.toISOString() ?? null,
});
