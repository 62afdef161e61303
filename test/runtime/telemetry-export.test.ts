import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { inSpan, SpanKind } from '#runtime/span';
import { startTelemetry } from '#runtime/telemetry';

test('spans reach the collector that is named, at the latest when the process ends', async (t) => {
  const seen: { url: string; bytes: Buffer }[] = [];
  const collector = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    seen.push({ url: request.url ?? '', bytes: Buffer.concat(parts) });
    response.end();
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  t.teardown(() => collector.close());
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`; // a TCP server's address
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint;
  process.env['OTEL_EXPORTER_OTLP_COMPRESSION'] = 'none';

  const stop = await startTelemetry(endpoint, 'crm');
  const recorded = await inSpan({ name: 'a piece of work', kind: SpanKind.INTERNAL, parent: null }, async (_ids, span) => span.isRecording());
  t.true(recorded);
  await stop();
  const traces = seen.filter(({ url }) => url === '/v1/traces');
  t.true(traces.some(({ bytes }) => bytes.includes('a piece of work') && bytes.includes('crm')), `${seen.map(({ url }) => url)}`);
});
