/** Every service knows all subscriptions; this one is asked. */
export const reader = 'crm';
