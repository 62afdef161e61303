/** What `bss case` takes for a state and a priority, as the service names them. */
export const caseStates = ['open', 'in_progress', 'pending_customer', 'resolved', 'closed'] as const;
export const priorities = ['low', 'normal', 'high', 'urgent'] as const;
