-- What the platform's own operations look for in the ledger; the indexes stay small beside the events of the domain.

-- Refusals, moves of the clock, parked, replayed and discarded messages, by type.
CREATE INDEX domain_event_platform ON audit.domain_event (event_type, position) WHERE aggregate_type = 'platform';

-- Events since a moment: business time and place in the ledger grow together.
CREATE INDEX domain_event_time ON audit.domain_event USING brin (occurred_at);
