import test from 'ava';
import { EmbeddedBus } from '#events/embedded/bus';
import { loggerOf } from '#runtime/logger';
import { busSuite } from './bus-suite.ts';

busSuite(test, 'embedded bus', (platform) =>
  new EmbeddedBus({ database: platform, log: loggerOf('bus', 'silent'), tickMs: 20, leaseMs: 5_000, attemptsMax: 3 }));
