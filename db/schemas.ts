/** First schema of each service: where its inbox and its first answers live (DOMAIN §2). */
const firstSchemas: Readonly<Record<string, string>> = {
  catalog: 'catalog', crm: 'crm', payment: 'payment', billing: 'billing', com: 'order_mgmt', som: 'service_inventory',
  subscription: 'subscription', mediation: 'mediation', rating: 'rating', 'provisioning-sim': 'provisioning',
};

/** @throws {Error} for a name that is no service */
export function schemaOf(service: string): string {
  const schema = firstSchemas[service];
  if (!schema) throw new Error(`service ${service} has no schema`);
  return schema;
}
