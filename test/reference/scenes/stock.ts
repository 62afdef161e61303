import type { Player } from '../player.ts';

/** Numbers and eSIM profiles: more of them, and one that is reserved, handed out and given back. */
export async function stock(player: Player, customerId: string): Promise<void> {
  await player.ask('inventory.createMsisdnRange', 'ten numbers more', { body: { prefix: '90009', count: 10 } });
  await player.ask('inventory.createMsisdnRange', 'numbers of another plan', { body: { prefix: '700', count: 10 }, status: 422 });
  await player.ask('inventory.createEsimRange', 'two profiles more', { body: { count: 2 } });
  await player.ask('inventory.createEsimRange', 'none at all', { body: { count: 0 }, status: 422 });
  const [free] = await player.ask('inventory.listEsim', 'profiles nobody has', { query: { status: 'available', limit: '1' } });
  await player.ask('inventory.retrieveEsimActivation', 'a profile nobody has gives no code', { params: { iccid: free.iccid }, status: 422 });

  const orderId = 'SO-901';
  const held = await player.ask('inventory.createReservation', 'number and profile for an order', { body: { orderId, customerId, msisdnPreference: '9000 9003' } });
  await player.ask('inventory.createReservation', 'a number that is taken', { body: { orderId: 'SO-902', customerId, msisdnPreference: '90009003' }, status: 422 });
  const params = { iccid: held.iccid };
  await player.ask('inventory.retrieveEsimActivation', 'the code for the handset', { params });
  await player.ask('inventory.notifyEsim', 'the handset has downloaded the profile', { params, body: { event: 'download' } });
  await player.ask('inventory.notifyEsim', 'a device whose number does not check', { params, body: { event: 'install', eid: '89049032000000000000000000000067' }, status: 422 });
  await player.ask('inventory.notifyEsim', 'and installed it', { params, body: { event: 'install', eid: '89049032000000000000000000000066' } });
  await player.ask('inventory.releaseReservation', 'the order came to nothing', { params: { orderId }, body: { hlrProvisioned: false, reason: 'not needed' } });
  await player.ask('inventory.assignReservation', 'what nobody reserved is not handed out', { params: { orderId: 'SO-903' }, body: { subscriptionId: 'SUB-001', customerId }, status: 404 });
}
