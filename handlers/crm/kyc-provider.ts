import type { Config } from '#runtime/config';

/** What an identity provider says about a token. */
export interface ProviderVerdict {
  readonly outcome: 'confirmed' | 'refused';
  /** Members of the document that the token carries. */
  readonly documentType?: string;
  readonly documentNumber?: string;
  readonly dateOfBirth?: string;
}

/** Who checks identities; the local form confirms what it is told, real ones are configured (DOMAIN §2 "Adapters"). */
export interface KycProvider {
  readonly name: string;
  /** Null when the provider does not know the token. */
  check(token: string, customerId: string): Promise<ProviderVerdict | null>;
}

/**
 * Development only. Tokens:
 * `ok` confirms with a document made up for the customer, `ok:<number>:<YYYY-MM-DD>` with that one,
 * `bare` confirms without a document (the request must carry it), `refuse` refuses.
 */
export const prebaked: KycProvider = {
  name: 'prebaked',
  async check(token, customerId) {
    if (token === 'refuse') return { outcome: 'refused' };
    if (token === 'bare') return { outcome: 'confirmed' };
    if (token === 'ok') return { outcome: 'confirmed', documentType: 'national_id', documentNumber: `PREBAKED-${customerId}`, dateOfBirth: '1990-01-01' };
    const [, documentNumber, dateOfBirth] = /^ok:([A-Za-z0-9-]{1,64}):(\d{4}-\d{2}-\d{2})$/.exec(token) ?? [];
    return documentNumber ? { outcome: 'confirmed', documentType: 'national_id', documentNumber, dateOfBirth } : null;
  },
};

const providers: readonly KycProvider[] = [prebaked];

/** The provider of this installation; prebaked works in development only. */
export const providersOf = ({ env, kycProvider }: Pick<Config, 'env' | 'kycProvider'>): readonly KycProvider[] =>
  providers.filter(({ name }) => name === kycProvider && (name !== prebaked.name || env === 'development'));
