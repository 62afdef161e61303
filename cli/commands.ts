import type { CommandClass } from 'clipanion';

/** A command as it is known before its code is read. */
export interface Entry {
  /** Words that call it: `customer create`. */
  readonly path: string;
  /** One sentence, the same as in its own help. */
  readonly summary: string;
  readonly load: () => Promise<CommandClass>;
  /** Left out of the overview and the suggestions. */
  readonly hidden?: boolean;
}

/** Groups in the order of the overview, with the heads they stand under. */
export const groups: Readonly<Record<string, string>> = {
  '': 'Run', customer: 'Customer', case: 'Case', ticket: 'Ticket', interaction: 'Interaction', payment: 'Payment', bill: 'Bill', catalog: 'Catalog', order: 'Order', subscription: 'Subscription', usage: 'Usage',
  inventory: 'Inventory', prov: 'Provisioning', clock: 'Clock', events: 'Events', hub: 'Notifications', specs: 'Specs',
};

/**
 * Every command. The overview and the suggestions are made from this table alone, and a call reads
 * one file of it: that keeps `bss --help` and every command fast (AGENT-AND-CLI §12.5).
 */
export const commands: readonly Entry[] = [
  { path: 'up', summary: 'Start database, services and seed data; print where everything is.', load: async () => (await import('./run/up.ts')).UpCommand },
  { path: 'down', summary: 'Stop the services and the embedded database; the data stays.', load: async () => (await import('./run/down.ts')).DownCommand },
  { path: 'status', summary: 'Show whether each service and the database is healthy; exit 7 when one is not.', load: async () => (await import('./run/status.ts')).StatusCommand },
  { path: 'logs', summary: 'Show the log of the services, or of the database (`postgres`).', load: async () => (await import('./run/logs.ts')).LogsCommand },
  { path: 'serve', summary: 'Host services in this process until it is told to stop.', load: async () => (await import('./run/serve.ts')).ServeCommand },
  { path: 'doctor', summary: 'Check machine, database, specs, invariants and queues; say how to mend what is wrong.', load: async () => (await import('./doctor.ts')).DoctorCommand },
  { path: 'api', summary: 'Call any operation by its key and print the answer.', load: async () => (await import('./api.ts')).ApiCommand },
  { path: 'demo', summary: 'Play the hero scenario on the running stack and check its money and events.', hidden: true, load: async () => (await import('./demo.ts')).DemoCommand },

  { path: 'customer create', summary: 'Create a customer.', load: async () => (await import('./customer/create.ts')).CustomerCreateCommand },
  { path: 'customer list', summary: 'List customers, newest first.', load: async () => (await import('./customer/list.ts')).CustomerListCommand },
  { path: 'customer show', summary: 'Show one customer.', load: async () => (await import('./customer/show.ts')).CustomerShowCommand },
  { path: 'customer find', summary: 'Find a customer by number or e-mail address.', load: async () => (await import('./customer/find.ts')).CustomerFindCommand },
  { path: 'customer 360', summary: 'Show a customer with lines, balances, last order and charges.', load: async () => (await import('./customer/360.ts')).Customer360Command },
  { path: 'customer kyc-attest', summary: 'Record that an identity provider has checked the customer.', load: async () => (await import('./customer/kyc-attest.ts')).CustomerKycAttestCommand },
  { path: 'customer kyc-status', summary: 'Show the identity status of a customer.', load: async () => (await import('./customer/kyc-status.ts')).CustomerKycStatusCommand },

  { path: 'case open', summary: 'Open a case for a customer.', load: async () => (await import('./case/open.ts')).CaseOpenCommand },
  { path: 'case list', summary: 'List cases, newest first.', load: async () => (await import('./case/list.ts')).CaseListCommand },
  { path: 'case show', summary: 'Show a case with its notes and tickets.', load: async () => (await import('./case/show.ts')).CaseShowCommand },
  { path: 'case note', summary: 'Add a note to a case.', load: async () => (await import('./case/note.ts')).CaseNoteCommand },
  { path: 'case priority', summary: 'Change how urgent a case is, and with it its deadline.', load: async () => (await import('./case/priority.ts')).CasePriorityCommand },
  { path: 'case assign', summary: 'Give a case to a member of staff.', load: async () => (await import('./case/assign.ts')).CaseAssignCommand },
  { path: 'case move', summary: 'Move a case on to another state.', load: async () => (await import('./case/move.ts')).CaseMoveCommand },
  { path: 'case close', summary: 'Close a case for good, resolving it first where it is not.', load: async () => (await import('./case/close.ts')).CaseCloseCommand },

  { path: 'ticket open', summary: 'Open a trouble ticket.', load: async () => (await import('./ticket/open.ts')).TicketOpenCommand },
  { path: 'ticket list', summary: 'List trouble tickets, newest first.', load: async () => (await import('./ticket/list.ts')).TicketListCommand },
  { path: 'ticket show', summary: 'Show a trouble ticket.', load: async () => (await import('./ticket/show.ts')).TicketShowCommand },
  { path: 'ticket assign', summary: 'Give a ticket to a member of staff.', load: async () => (await import('./ticket/assign.ts')).TicketAssignCommand },
  { path: 'ticket start', summary: 'Begin to work on a ticket that somebody is assigned to.', load: async () => (await import('./ticket/start.ts')).TicketStartCommand },
  { path: 'ticket move', summary: 'Move a ticket on to another state.', load: async () => (await import('./ticket/move.ts')).TicketMoveCommand },
  { path: 'ticket resolve', summary: 'Say that a ticket is done, and what was done.', load: async () => (await import('./ticket/resolve.ts')).TicketResolveCommand },
  { path: 'ticket close', summary: 'Close a resolved ticket for good.', load: async () => (await import('./ticket/close.ts')).TicketCloseCommand },
  { path: 'ticket cancel', summary: 'End a ticket undone.', load: async () => (await import('./ticket/cancel.ts')).TicketCancelCommand },

  { path: 'interaction log', summary: 'Note a contact with a customer.', load: async () => (await import('./interaction/log.ts')).InteractionLogCommand },
  { path: 'interaction list', summary: 'List contacts with customers, newest first, also those the services noted by themselves.', load: async () => (await import('./interaction/list.ts')).InteractionListCommand },

  { path: 'payment add-card', summary: 'Put a card on file.', load: async () => (await import('./payment/add-card.ts')).PaymentAddCardCommand },
  { path: 'payment methods', summary: 'List the cards on file.', load: async () => (await import('./payment/methods.ts')).PaymentMethodsCommand },

  { path: 'bill list', summary: 'List bills, newest first: activations, renewals, top-ups, credit notes.', load: async () => (await import('./bill/list.ts')).BillListCommand },
  { path: 'bill show', summary: 'Show the receipt of a bill: lines, tax and card.', load: async () => (await import('./bill/show.ts')).BillShowCommand },

  { path: 'catalog list', summary: 'List the plans.', load: async () => (await import('./catalog/list.ts')).CatalogListCommand },
  { path: 'catalog show', summary: 'Show what an offering costs and grants.', load: async () => (await import('./catalog/show.ts')).CatalogShowCommand },
  { path: 'catalog price', summary: 'Show the price of an offering at a moment.', load: async () => (await import('./catalog/price.ts')).CatalogPriceCommand },
  { path: 'catalog vas', summary: 'List the top-ups on sale.', load: async () => (await import('./catalog/vas.ts')).CatalogVasCommand },

  { path: 'order create', summary: 'Order a line for a customer and watch it come up.', load: async () => (await import('./order/create.ts')).OrderCreateCommand },
  { path: 'order list', summary: 'List orders, newest first.', load: async () => (await import('./order/list.ts')).OrderListCommand },
  { path: 'order show', summary: 'Show an order with its steps and network tasks.', load: async () => (await import('./order/show.ts')).OrderShowCommand },
  { path: 'order wait', summary: 'Wait until an order is through.', load: async () => (await import('./order/wait.ts')).OrderWaitCommand },
  { path: 'order cancel', summary: 'Cancel an order that has not reached the network yet.', load: async () => (await import('./order/cancel.ts')).OrderCancelCommand },

  { path: 'subscription list', summary: 'List lines, newest first.', load: async () => (await import('./subscription/list.ts')).SubscriptionListCommand },
  { path: 'subscription show', summary: 'Show a line with what it may still use.', load: async () => (await import('./subscription/show.ts')).SubscriptionShowCommand },
  { path: 'subscription balance', summary: 'Show the balances of a line.', load: async () => (await import('./subscription/balance.ts')).SubscriptionBalanceCommand },
  { path: 'subscription vas', summary: 'Buy a top-up for a line, charging the card on file.', load: async () => (await import('./subscription/vas.ts')).SubscriptionVasCommand },
  { path: 'subscription renew', summary: 'Charge the next period of a line that is due.', load: async () => (await import('./subscription/renew.ts')).SubscriptionRenewCommand },
  { path: 'subscription renewals', summary: 'List the renewals of a line, newest first: what was charged, or why not.', load: async () => (await import('./subscription/renewals.ts')).SubscriptionRenewalsCommand },
  { path: 'subscription change-plan', summary: 'Give a line another plan from its next period on.', load: async () => (await import('./subscription/change-plan.ts')).SubscriptionChangePlanCommand },
  { path: 'subscription cancel-change', summary: 'Keep the present plan: drop the change that waits for the next period.', load: async () => (await import('./subscription/cancel-change.ts')).SubscriptionCancelChangeCommand },
  { path: 'subscription migrate-price', summary: 'Move every line of a plan to another price of that plan, after notice.', load: async () => (await import('./subscription/migrate-price.ts')).SubscriptionMigratePriceCommand },
  { path: 'subscription tick', summary: 'Run the renewal and reminder sweeps now; a repeat changes nothing.', load: async () => (await import('./subscription/tick.ts')).SubscriptionTickCommand },
  { path: 'subscription terminate', summary: 'End a line for good.', load: async () => (await import('./subscription/terminate.ts')).SubscriptionTerminateCommand },

  { path: 'usage simulate', summary: 'Report usage of a number as the network would and wait for its rating.', load: async () => (await import('./usage/simulate.ts')).UsageSimulateCommand },
  { path: 'usage history', summary: 'List usage, newest first.', load: async () => (await import('./usage/history.ts')).UsageHistoryCommand },

  { path: 'inventory msisdn-list', summary: 'List numbers of the pool.', load: async () => (await import('./inventory/msisdn-list.ts')).InventoryMsisdnListCommand },
  { path: 'inventory msisdn-show', summary: 'Show one number.', load: async () => (await import('./inventory/msisdn-show.ts')).InventoryMsisdnShowCommand },
  { path: 'inventory msisdn-count', summary: 'Count numbers by state.', load: async () => (await import('./inventory/msisdn-count.ts')).InventoryMsisdnCountCommand },
  { path: 'inventory esim-list', summary: 'List eSIM profiles of the pool.', load: async () => (await import('./inventory/esim-list.ts')).InventoryEsimListCommand },
  { path: 'inventory esim-show', summary: 'Show an eSIM profile with its activation code.', load: async () => (await import('./inventory/esim-show.ts')).InventoryEsimShowCommand },

  { path: 'prov tasks', summary: 'List tasks of the network.', load: async () => (await import('./prov/tasks.ts')).ProvTasksCommand },
  { path: 'prov show', summary: 'Show one task of the network.', load: async () => (await import('./prov/show.ts')).ProvShowCommand },
  { path: 'prov retry', summary: 'Try a failed task again.', load: async () => (await import('./prov/retry.ts')).ProvRetryCommand },
  { path: 'prov resolve', summary: 'Free a stuck task after the network was mended.', load: async () => (await import('./prov/resolve.ts')).ProvResolveCommand },
  { path: 'prov fault', summary: 'List the faults the simulated network plays, or switch one.', load: async () => (await import('./prov/fault.ts')).ProvFaultCommand },

  { path: 'clock now', summary: 'Show the business time of all services, and whether it stands still.', load: async () => (await import('./clock/now.ts')).ClockNowCommand },
  { path: 'clock advance', summary: 'Move business time forward; what falls due on the way runs in order.', load: async () => (await import('./clock/advance.ts')).ClockAdvanceCommand },
  { path: 'clock freeze', summary: 'Let business time stand still, now or at a later moment.', load: async () => (await import('./clock/freeze.ts')).ClockFreezeCommand },
  { path: 'clock unfreeze', summary: 'Let business time run again.', load: async () => (await import('./clock/unfreeze.ts')).ClockUnfreezeCommand },

  { path: 'events list', summary: 'List what happened, newest last.', load: async () => (await import('./events/list.ts')).EventsListCommand },
  { path: 'events tail', summary: 'Follow what happens as it happens.', load: async () => (await import('./events/tail.ts')).EventsTailCommand },

  { path: 'hub list', summary: 'List subscriptions to notifications, newest first.', load: async () => (await import('./hub/list.ts')).HubListCommand },
  { path: 'hub show', summary: 'Show what a subscriber got, newest first.', load: async () => (await import('./hub/show.ts')).HubShowCommand },
  { path: 'hub replay', summary: 'Send again what was given up for a subscriber.', load: async () => (await import('./hub/replay.ts')).HubReplayCommand },

  { path: 'specs show', summary: 'Show the APIs, one of them, or one operation.', load: async () => (await import('./specs/show.ts')).SpecsShowCommand },
  { path: 'specs diff', summary: 'Tell what changed in the documents since they were pinned.', load: async () => (await import('./specs/diff.ts')).SpecsDiffCommand },
  { path: 'specs verify', summary: 'Compare the documents with an official download.', load: async () => (await import('./specs/verify.ts')).SpecsVerifyCommand },
];
