/** What every operation has in common, which no OpenAPI document has a place for (TMF630, DOMAIN §10); texts in Markdown. */

export interface Convention {
  readonly topic: string;
  readonly text: string;
}

export const conventions: readonly Convention[] = [
  { topic: 'who asks', text: 'Every operation wants the header `X-BSS-API-Token`.' },
  { topic: 'parts of a list', text: '`limit` and `offset`; the headers `X-Total-Count`, `X-Result-Count` and `Link` tell what there is. Newest first unless sorted: `sort=-orderDate,id`.' },
  {
    topic: 'filters of a list',
    text: 'Any attribute, also inside others and through lists: `state=completed`, `relatedParty.id=CUST-001`. Several filters must all hold; '
      + 'one of several values: `state=held,pending`. Operators follow the name: `orderDate.gte=2026-11`, `.gt`, `.lt`, `.lte`, `.ne`, `.regex`. A date may be a beginning, `2026-11-28`.',
  },
  { topic: 'less of a resource', text: '`fields=state,orderDate` answers these alone, in a list with `id` and `href`; `fields=none` answers `id` and `href`.' },
  { topic: 'changes', text: '`PATCH` takes a JSON Merge Patch as `application/json` or `application/merge-patch+json`, a JSON Patch as `application/json-patch+json`.' },
  { topic: 'two who change', text: 'The `ETag` of a resource as `If-Match` of the change: 412 if somebody was faster. As `If-None-Match` of a `GET`: 304 if nothing changed.' },
  { topic: 'once only', text: '`Idempotency-Key` on a `POST` or `PATCH`: sent again, it gets the first answer again and does nothing.' },
  { topic: 'only a try', text: '`Prefer: dry-run` answers whether a write would be allowed, and writes nothing.' },
  { topic: 'refusals', text: '400 names every place in the body that is wrong. 422 names the rule as `reason`, what it went by as `context`, and ways out as `fix`.' },
  {
    topic: 'notifications',
    text: '`POST /hub` of an API with `callback`, and as `query` the filters of a list: `eventType=ProductOrderStateChangeEvent&state=completed`. '
      + 'They are posted to `{callback}/listener/{event}`, or to the callback itself where it ends in such a path, and again, for up to a day, until the answer is 2xx. '
      + '`X-BSS-Signature` is `sha256=` and the HMAC-SHA-256, in hexadecimal digits, of `X-BSS-Timestamp` (milliseconds since 1970), a full stop and the body, keyed with `BSS_HUB_SECRET` of the installation; `X-BSS-Delivery-Id` stays the same when a delivery is repeated.',
  },
];
