import type pg from 'pg';

/** Database roles: one per service process of DOMAIN §2, the platform's own and the read-only report role. */
export const databaseRoles = [
  'catalog', 'crm', 'payment', 'com', 'som', 'subscription', 'mediation', 'rating', 'provisioning_sim', 'platform', 'report',
] as const;

export type DatabaseRole = (typeof databaseRoles)[number];

/** Role a service connects with; payment and billing share one, so that capture and bill share a transaction. */
export const roleOf = (service: string): DatabaseRole => {
  const name = service === 'billing' ? 'payment' : service.replaceAll('-', '_');
  const role = databaseRoles.find((one) => one === name);
  if (!role) throw new Error(`service ${service} has no database role`);
  return role;
};

/**
 * Makes the roles that are missing and sets their passwords.
 * @throws {Error} a role has no password in the configuration
 */
export async function ensureRoles(client: pg.Client, passwords: Readonly<Record<string, string>>): Promise<void> {
  const known = await client.query<{ rolname: string }>("SELECT rolname FROM pg_roles WHERE rolname LIKE 'bss\\_%'");
  const existing = new Set(known.rows.map((row) => row.rolname));
  for (const role of databaseRoles) {
    const password = passwords[role];
    if (!password) throw new Error(`no database password for role bss_${role}: remove .bss/secrets.json and start again, or set it`);
    const verb = existing.has(`bss_${role}`) ? 'ALTER' : 'CREATE';
    await client.query(`${verb} ROLE "bss_${role}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD ${client.escapeLiteral(password)}`);
  }
}
