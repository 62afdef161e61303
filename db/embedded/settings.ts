/**
 * Server settings for one small machine: database, all services and both portals within 350 MiB,
 * commits durable. Where a value is not PostgreSQL's own default the comment says why.
 */
export const serverSettings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  max_connections: '120',
  // Memory.
  shared_buffers: '64MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  effective_cache_size: '512MB',
  huge_pages: 'off',
  max_worker_processes: '2',
  max_parallel_workers_per_gather: '0', // two shared cores: a parallel plan only costs processes
  max_logical_replication_workers: '0',
  autovacuum_max_workers: '1',
  autovacuum_naptime: '30s',
  // Durability: what was acknowledged survives kill -9 and power loss.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // One machine, no replicas.
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '32MB',
  max_wal_size: '512MB', // replayed in about 2 s after a crash
  checkpoint_timeout: '15min',
  // Short statements on solid-state disks.
  jit: 'off',
  random_page_cost: '1.1',
  update_process_title: 'off',
  idle_in_transaction_session_timeout: '60s',
  // Passwords are 256 random bits: stretching them protects nothing and costs each connection 5 ms.
  scram_iterations: '1',
  // Services log their own errors; the server's log holds starts, stops and crashes only.
  log_min_messages: 'log',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C', // errors are recognised by their English text
  cluster_name: 'bss-cli',
};
