/** Ends a running SDK: what is buffered is sent. */
export type StopTelemetry = () => Promise<void>;

/**
 * Starts the OpenTelemetry SDK when OTEL_EXPORTER_OTLP_ENDPOINT names a collector; it costs 200 ms to
 * load, so nobody else pays for it. The SDK reads the other standard OTEL_* variables itself. Spans
 * are opened by routes, calls and consumers (`#runtime/span`); libraries are not instrumented.
 */
export async function startTelemetry(endpoint: string | undefined, service: string): Promise<StopTelemetry> {
  if (!endpoint) return () => Promise.resolve();
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const sdk = new NodeSDK({ serviceName: service, instrumentations: [] });
  sdk.start();
  return () => sdk.shutdown();
}
