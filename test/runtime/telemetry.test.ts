import test from 'ava';
import { SpanKind } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { startTelemetry } from '#runtime/telemetry';
import { startStack } from '../support/stack.ts';
import { customer, ended, placeOrder } from '../support/story.ts';

/** What an exporter is given of a span; the SDK's own type is not ours to depend on. */
interface Kept {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly parentSpanContext?: { readonly spanId: string };
  spanContext(): { readonly traceId: string; readonly spanId: string };
}

test.serial('an order is one trace across its services and their events, and the ledger names it', async (t) => {
  const kept: Kept[] = [];
  const sdk = new NodeSDK({
    serviceName: 'test', instrumentations: [], metricReaders: [], logRecordProcessors: [], autoDetectResources: false,
    traceExporter: {
      export: (spans: Kept[], done: (result: { code: number }) => void) => {
        kept.push(...spans);
        done({ code: 0 });
      },
      shutdown: async () => undefined,
    } as never, // the exporter's interface comes with the SDK's own packages
  });
  sdk.start();
  const stack = await startStack(t);
  const buyer = await customer(stack);
  await stack.events();
  const { id = '' } = await placeOrder(stack, buyer);
  t.is(await ended(stack, id), 'completed');
  await stack.settle();
  const events = await stack.events();
  await sdk.shutdown();

  const entry = kept.find(({ kind, name }) => kind === SpanKind.SERVER && name === 'POST /tmf-api/productOrderingManagement/v4/productOrder');
  if (!entry) return t.fail('the order has no span');
  const { traceId } = entry.spanContext();
  const spans = kept.filter((span) => span.spanContext().traceId === traceId);
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));

  const called = spans.filter(({ kind }) => kind === SpanKind.CLIENT).map(({ attributes }) => attributes['peer.service']);
  for (const service of ['catalog', 'crm', 'payment', 'som', 'subscription']) t.true(called.includes(service), `${service} was called in the trace`);
  for (const server of spans.filter((span) => span.kind === SpanKind.SERVER && span !== entry)) {
    t.is(byId.get(server.parentSpanContext?.spanId ?? '')?.kind, SpanKind.CLIENT, `${server.name} hangs below the call that made it`);
  }
  t.true(spans.some(({ kind }) => kind === SpanKind.CONSUMER), 'an event was consumed in the trace');
  const elsewhere = events.filter((event) => event.traceId !== traceId).map(({ type }) => type);
  t.deepEqual(elsewhere, [], 'every event of the order names the trace');
});

test.serial('without a collector nothing is loaded and nothing waits', async (t) => {
  const stop = await startTelemetry(undefined, 'crm');
  await t.notThrowsAsync(stop());
});
