import { sha256 } from '#runtime/ids';
import { GatewayTimeout, type GatewayAnswer, type GatewayFollowUp, type GatewayRequest, type PaymentGateway } from './gateway.ts';

/** How a rehearsal card behaves (DOMAIN §3 "Mock cards"), by its last four digits. */
interface Behaviour {
  readonly authorize?: string;
  readonly capture?: string;
  /** Calls of one key that get no answer before one is approved. */
  readonly timeouts?: number;
}

const behaviours: Readonly<Record<string, Behaviour>> = {
  4242: {},
  '0002': { authorize: 'card_declined' },
  9995: { authorize: 'insufficient_funds' },
  '0341': { capture: 'capture_declined' },
  '0119': { timeouts: 2 },
};

/** `tok_<brand>_<last four>_<random>`: the token carries the behaviour, so no process remembers cards. */
const tokenShape = /^tok_[a-z]+_(\d{4})_[0-9a-f]{8,64}$/;

const behaviourOf = (token: string): Behaviour | null => behaviours[tokenShape.exec(token)?.[1] ?? ''] ?? null;

/** The same key always gets the same reference, as with a real provider. */
const approved = (key: string): GatewayAnswer => ({ outcome: 'approved', reference: `mock_${sha256(key).slice(0, 16)}` });

const denied = (declineCode: string): GatewayAnswer => ({ outcome: 'denied', declineCode });

const unknown: GatewayAnswer = { outcome: 'refused', declineCode: 'token_unknown' };

async function authorize(request: GatewayRequest): Promise<GatewayAnswer> {
  const behaviour = behaviourOf(request.token);
  if (!behaviour) return unknown;
  if (request.attempt <= (behaviour.timeouts ?? 0)) throw new GatewayTimeout('mock');
  return behaviour.authorize ? denied(behaviour.authorize) : approved(request.key);
}

async function capture(request: GatewayFollowUp): Promise<GatewayAnswer> {
  const behaviour = behaviourOf(request.token);
  if (!behaviour) return unknown;
  return behaviour.capture ? denied(behaviour.capture) : approved(request.key);
}

const followUp = async (request: GatewayFollowUp): Promise<GatewayAnswer> => (behaviourOf(request.token) ? approved(request.key) : unknown);

/** Charges nobody; refused in production by the configuration. */
export const mockGateway: PaymentGateway = {
  provider: 'mock',
  knows: (token) => behaviourOf(token) !== null,
  authorize,
  capture,
  void: followUp,
  refund: followUp,
};
