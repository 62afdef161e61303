import type { Config } from '#runtime/config';
import { mockGateway } from './gateway-mock.ts';
import type { PaymentGateway } from './gateway.ts';

const gateways: Readonly<Record<Config['paymentProvider'], PaymentGateway>> = { mock: mockGateway };

/** The gateway of the configuration, BSS_PAYMENT_PROVIDER. */
export const gatewayOf = (config: Pick<Config, 'paymentProvider'>): PaymentGateway => gateways[config.paymentProvider];
