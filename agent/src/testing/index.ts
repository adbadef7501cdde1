export { FakeClock } from './fake-clock.ts';
export { MemoryCollector } from './memory-collector.ts';
export { SeededRandom } from './seeded-random.ts';
