import { Unavailable } from '#runtime/errors';
import type { Money } from '#runtime/money';

/** What a provider says about a request that it has understood. */
export type GatewayAnswer =
  | { readonly outcome: 'approved'; readonly reference: string }
  /** The issuer says no; another card, or another day, may do. */
  | { readonly outcome: 'denied'; readonly declineCode: string }
  /** The provider itself refuses, for good: unknown token, closed account. */
  | { readonly outcome: 'refused'; readonly declineCode: string };

export interface GatewayRequest {
  /** The provider answers a repeated key with its first answer, so a call lost in a crash may be repeated. */
  readonly key: string;
  readonly token: string;
  readonly amount: Money;
  /** 1 for the first call with this key. */
  readonly attempt: number;
}

export interface GatewayFollowUp extends GatewayRequest {
  /** What the provider answered to the authorisation. */
  readonly reference: string;
}

/** 503: the provider gave no answer in time; whether it had an effect is unknown until the key is asked again. */
export class GatewayTimeout extends Unavailable {
  constructor(provider: string) {
    super(`The payment provider ${provider} did not answer in time; the same call may be repeated.`);
  }
}

/**
 * The payment provider as we need it (DOMAIN §2 "Adapters").
 * Every call may throw GatewayTimeout; none is ever made inside a database transaction.
 */
export interface PaymentGateway {
  readonly provider: string;
  /** True for a token this provider has made. */
  knows(token: string): boolean;
  authorize(request: GatewayRequest): Promise<GatewayAnswer>;
  capture(request: GatewayFollowUp): Promise<GatewayAnswer>;
  void(request: GatewayFollowUp): Promise<GatewayAnswer>;
  refund(request: GatewayFollowUp): Promise<GatewayAnswer>;
}
