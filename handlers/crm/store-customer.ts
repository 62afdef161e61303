import type { Tx, Writer } from '#db/database';
import type { CustomerState, MediumType } from '#policy/customer';
import type { KycState } from '#policy/kyc';
import type { Move } from '#policy/machine';
import { formatId } from '#runtime/ids';
import type { Permit } from '#runtime/permit';
import type { Document, ResourceRow } from '../resource/resource.ts';
import { keepHistory } from '../transition.ts';

export interface CustomerRow extends ResourceRow {
  readonly name: string;
  readonly status: CustomerState;
  readonly statusReason: string | null;
  readonly kycStatus: KycState;
  readonly kycProvider: string | null;
  readonly kycDocumentType: string | null;
  readonly kycDocumentCountry: string | null;
  readonly kycAttestedAt: Date | null;
  readonly kycVerifiedAt: Date | null;
  readonly kycExpiresAt: Date | null;
}

/** What every event of a customer tells besides its change (DOMAIN §7). */
export const customerPayload = (row: CustomerRow): Document => ({ customerId: row.id, status: row.status });

type CustomerMove = Move<string, CustomerState>;
type KycMove = Move<string, KycState>;

/** One row of `crm.contact_medium` to be. */
export interface NewMedium {
  readonly id: string;
  readonly mediumType: MediumType;
  readonly value: string | null;
}

export interface NewCustomer {
  readonly id: string;
  readonly name: string;
  /** As the client gives it; from then on each change of status brings its own. */
  readonly statusReason: string | null;
  readonly document: Document;
  readonly media: readonly NewMedium[];
}

/** Customer, its contact media and the first lines of its history. */
export async function insertCustomer(tx: Tx, move: CustomerMove, customer: NewCustomer, at: Date): Promise<CustomerRow> {
  const { id, name, statusReason, document, media } = customer;
  const writer = tx.writer(move.permit);
  const row = await writer.insert<CustomerRow>('crm.customer', { id, name, status: move.to, statusReason, kycStatus: 'not_verified', document, createdAt: at, updatedAt: at });
  await insertMedia(writer, id, media, at);
  await keepHistory(writer, 'crm.customer', { customerId: id, aspect: 'status' }, move, at);
  return row;
}

/** What a change of a customer writes. */
export interface CustomerChange {
  readonly name?: string;
  readonly document: Document;
  readonly added: readonly NewMedium[];
  readonly changed: readonly { readonly id: string; readonly value: string | null }[];
  readonly removed: readonly { readonly id: string }[];
}

export async function updateCustomer(tx: Tx, permit: Permit<string>, row: CustomerRow, change: CustomerChange, at: Date): Promise<CustomerRow> {
  const writer = tx.writer(permit);
  for (const { id } of change.removed) await writer.update('crm.contact_medium', { id }, { validTo: at });
  for (const { id, value } of change.changed) await writer.update('crm.contact_medium', { id }, { value });
  await insertMedia(writer, row.id, change.added, at);
  const [stored] = await writer.update<CustomerRow>('crm.customer', { id: row.id },
    { name: change.name ?? row.name, document: change.document, rev: row.rev + 1, updatedAt: at });
  return stored!;
}

async function insertMedia(writer: Writer, customerId: string, media: readonly NewMedium[], at: Date): Promise<void> {
  for (const { id, mediumType, value } of media) {
    await writer.insert('crm.contact_medium', { id, customerId, mediumType, value, validFrom: at });
  }
}

/** Moves a customer to its next state. */
export async function moveCustomer(tx: Tx, move: CustomerMove, row: CustomerRow, reason: string | null, at: Date): Promise<CustomerRow> {
  const writer = tx.writer(move.permit);
  const [stored] = await writer.update<CustomerRow>('crm.customer', { id: row.id }, { status: move.to, statusReason: reason, rev: row.rev + 1, updatedAt: at });
  await keepHistory(writer, 'crm.customer', { customerId: row.id, aspect: 'status' }, move, at, reason);
  return stored!;
}

/** What an attestation leaves behind; the document number only as its hash. */
export interface Attested {
  readonly provider: string;
  readonly documentType: string | null;
  readonly documentCountry: string | null;
  /** Null when the provider refused. */
  readonly documentHash: string | null;
  readonly expiresAt: Date | null;
}

export async function storeAttestation(tx: Tx, move: KycMove, row: CustomerRow, attested: Attested, at: Date): Promise<CustomerRow> {
  const writer = tx.writer(move.permit);
  const { provider, documentType, documentCountry, documentHash, expiresAt } = attested;
  if (documentHash !== null && documentType !== null) {
    await writer.sql(
      `INSERT INTO crm.identity (document_type, document_hash, customer_id, document_country, provider, attested_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (document_type, document_hash) DO UPDATE SET provider = excluded.provider, attested_at = excluded.attested_at`,
      [documentType, documentHash, row.id, documentCountry, provider, at]);
  }
  const [stored] = await writer.update<CustomerRow>('crm.customer', { id: row.id }, {
    kycStatus: move.to, kycProvider: provider, kycDocumentType: documentType, kycDocumentCountry: documentCountry, kycAttestedAt: at,
    kycVerifiedAt: move.to === 'verified' ? at : null, kycExpiresAt: expiresAt, rev: row.rev + 1, updatedAt: at,
  });
  await keepHistory(writer, 'crm.customer', { customerId: row.id, aspect: 'kyc' }, move, at);
  return stored!;
}

export async function expireIdentity(tx: Tx, move: KycMove, row: CustomerRow, at: Date): Promise<CustomerRow> {
  const writer = tx.writer(move.permit);
  const [stored] = await writer.update<CustomerRow>('crm.customer', { id: row.id }, { kycStatus: move.to, rev: row.rev + 1, updatedAt: at });
  await keepHistory(writer, 'crm.customer', { customerId: row.id, aspect: 'kyc' }, move, at);
  return stored!;
}

/** Removes a customer nothing hangs on, with its contact media and the interactions its own creation left. */
export async function removeCustomer(tx: Tx, permit: Permit<string>, id: string): Promise<void> {
  const writer = tx.writer(permit);
  await writer.remove('crm.interaction', { customerId: id, automatic: true });
  await writer.remove('crm.customer', { id });
}

/** The next `count` ids of contact media, in one round trip. */
export async function nextMediumIds(tx: Tx, count: number): Promise<string[]> {
  if (count === 0) return [];
  const rows = await tx.read<{ number: number }>(`SELECT nextval('crm.seq_cm') AS number FROM generate_series(1, $1)`, [count]);
  return rows.map(({ number }) => formatId('CM', number));
}
