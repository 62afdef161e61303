/** Whether an id has our own format (DOMAIN §9): then it must name a row, others are foreign and never followed. */
export const isMethodId = (id: string): boolean => /^PM-\d{3,}$/.test(id);
export const isAccountId = (id: string): boolean => /^BA-\d{3,}$/.test(id);
export const isPaymentId = (id: string): boolean => /^PAY-\d{3,}$/.test(id);
export const isCustomerId = (id: string): boolean => /^CUST-\d{3,}$/.test(id);
