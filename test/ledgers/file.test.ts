import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileLedger } from '../../controller/ledgers/file.ts';
import { type Ledger, OperatorError } from '../../controller/ports.ts';
import { countUp, ours, testLedger, testMissingLedger } from '../support/ledger-contract.ts';
import { sampleEvent, sampleRequest } from '../support/ledger-history-contract.ts';
import { sampleRecord } from '../support/sample-record.ts';

let folder: string;
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devinstance-ledger-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** A path whose folder does not exist yet. */
const newPath = () => join(folder, String(count++), '.devinstance', 'ledger.json');

async function writeNew(text: string): Promise<string> {
  const path = newPath();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

async function openNew(): Promise<{ path: string; ledger: Ledger }> {
  const path = newPath();
  const ledger = fileLedger(path);
  await ledger.init(ours);
  return { path, ledger };
}

const catchError = (work: Promise<unknown>) => work.then(() => undefined).catch((error) => error);

describe('file', () => {
  testLedger(async () => {
    const path = newPath();
    return [fileLedger(path), fileLedger(path)];
  });
  testMissingLedger(async () => fileLedger(newPath()));

  test('what needs a ledger makes no folder for it', async () => {
    const path = newPath();
    await catchError(fileLedger(path).putRecord(sampleRecord('ada-01'), 0, 1));
    await expect(stat(dirname(path))).rejects.toThrow('ENOENT');
  });

  test('a write leaves one file and nothing beside it', async () => {
    const { path, ledger } = await openNew();
    await ledger.putRecord(sampleRecord('ada-01'), 0, 1);
    await catchError(ledger.putRecord(sampleRecord('ada-01'), 7, 1));
    expect(await readdir(dirname(path))).toEqual(['ledger.json']);
  });

  test('a ledger without a marker is there, and init adds the marker', async () => {
    const ledger = fileLedger(await writeNew('{"schemaVersion":1,"records":{}}'));
    expect(await ledger.marker()).toBeUndefined();
    expect(await ledger.init(ours)).toBe('created');
    expect(await ledger.marker()).toEqual(ours);
  });
});

describe('what a file keeps of the past', () => {
  const at = (day: number, second = 0) =>
    `2026-03-${String(day).padStart(2, '0')}T07:00:${String(second).padStart(2, '0')}.000Z`;

  test('a ledger from before there were channels, requests and events is used', async () => {
    const ledger = fileLedger(await writeNew('{"schemaVersion":1,"records":{}}'));
    expect(await ledger.channels()).toEqual([]);
    expect(await ledger.requests()).toEqual([]);
    expect(await ledger.events()).toEqual([]);
    await ledger.putEvents([sampleEvent('ada-01')]);
    expect(await ledger.events()).toHaveLength(1);
  });

  test('the newest hundred events of each DevInstance', async () => {
    const { ledger } = await openNew();
    await ledger.putEvents([sampleEvent('bob-01', { at: at(1) })]);
    const many = Array.from({ length: 120 }, (_, index) =>
      sampleEvent('ada-01', { at: at(1 + Math.floor(index / 60), index % 60) }),
    );
    await ledger.putEvents(many.slice(0, 70));
    await ledger.putEvents(many.slice(70));
    expect(await ledger.events('ada-01')).toEqual(many.slice(20));
    expect(await ledger.events('bob-01')).toHaveLength(1);
  });

  test('no event that is thirty days older than the newest one of its DevInstance', async () => {
    const { ledger } = await openNew();
    const events = [at(1), at(1, 1), at(31, 1)].map((at) => sampleEvent('ada-01', { at }));
    await ledger.putEvents(events);
    expect(await ledger.events('ada-01')).toEqual(events.slice(1));
  });

  test('a request until a day after it expired, when another is written', async () => {
    const { ledger } = await openNew();
    await ledger.putRequest(sampleRequest('old', { at: at(1), expiresAt: at(2) }));
    await ledger.putRequest(sampleRequest('r2', { at: at(3), expiresAt: at(4) }));
    await ledger.putRequest(sampleRequest('r3', { at: at(3, 1), expiresAt: at(4) }));
    expect((await ledger.requests()).map(({ id }) => id)).toEqual(['r2', 'r3']);
  });

  test('ending what is not there and adding no events leave the file untouched', async () => {
    const { path, ledger } = await openNew();
    await utimes(path, 0, 0);
    await ledger.endRequest('r1', { at: at(1), result: 'done', message: '' });
    await ledger.putEvents([]);
    expect((await stat(path)).mtimeMs).toBe(0);
  });
});

/** A ledger with a channel that has this to it. */
function withChannel(field: string): string {
  const channel = `{"name":"a",${field}}`;
  return `{"schemaVersion":1,"records":{},"channels":{"a":{"epoch":1,"channel":${channel}}}}`;
}

describe('a file that cannot be used', () => {
  test.each([
    { situation: 'empty', text: '' },
    { situation: 'cut off', text: '{"schemaVersion":1,"records":{"ada-' },
    { situation: 'another document', text: '{"name":"devinstance"}' },
    { situation: 'a list', text: '[]' },
    { situation: 'null', text: 'null' },
    { situation: 'without records', text: '{"schemaVersion":1}' },
    { situation: 'with half a marker', text: '{"schemaVersion":1,"marker":{},"records":{}}' },
    { situation: 'with half a lease', text: '{"schemaVersion":1,"lease":{},"records":{}}' },
    {
      situation: 'with half a request',
      text: '{"schemaVersion":1,"records":{},"requests":[{"id":"r1"}]}',
    },
    {
      situation: 'with requests by id',
      text: '{"schemaVersion":1,"records":{},"requests":{}}',
    },
    { situation: 'with half a completed image', text: withChannel('"completed":{"at":""}') },
    { situation: 'with half a rollout', text: withChannel('"rollout":{"state":"Complete"}') },
    { situation: 'with half a step', text: withChannel('"step":{"at":""}') },
    { situation: 'with half a retry', text: withChannel('"retries":[{"kind":"tag-image"}]') },
    {
      situation: 'with half an event',
      text: '{"schemaVersion":1,"records":{},"events":{"a":[{"name":"a"}]}}',
    },
    {
      situation: 'with a list of events',
      text: '{"schemaVersion":1,"records":{},"events":[]}',
    },
    {
      situation: 'with half a record',
      text: '{"schemaVersion":1,"records":{"a":{"version":1,"epoch":1,"record":{"name":"a","uid":"u"}}}}',
    },
    {
      situation: 'with a record under another name',
      text: '{"schemaVersion":1,"records":{"a":{"version":1,"epoch":1,"record":{"name":"b","uid":"u"}}}}',
    },
  ])('damaged ($situation): every use names it, and none changes it', async ({ text }) => {
    const path = await writeNew(text);
    const ledger = fileLedger(path);
    const uses = [
      ledger.marker(),
      ledger.records(),
      ledger.init(ours),
      ledger.putRecord(sampleRecord('ada-01'), 0, 1),
    ];
    for (const error of await Promise.all(uses.map(catchError))) {
      expect(error).toBeInstanceOf(OperatorError);
      expect(error.message).toContain(`${path} is damaged`);
      expect(error.remedy).toContain('Put back a copy');
    }
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  test('of a newer version: every use says so, and none changes it', async () => {
    const text = '{"schemaVersion":2,"shards":[]}';
    const path = await writeNew(text);
    for (const use of [() => fileLedger(path).records(), () => fileLedger(path).init(ours)]) {
      const error = await catchError(use());
      expect(error).toBeInstanceOf(OperatorError);
      expect(error.message).toContain(`${path} was written by a newer devinstance`);
      expect(error.remedy).toContain('that version or a later');
    }
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  test('a folder is no ledger', async () => {
    const path = newPath();
    await mkdir(path, { recursive: true });
    const error = await catchError(fileLedger(path).marker());
    expect(error).toBeInstanceOf(OperatorError);
    expect(error.message).toContain(`${path}: it is a folder`);
  });

  test('a path through a file is refused', async () => {
    const path = join(await writeNew('{}'), 'ledger.json');
    const error = await catchError(fileLedger(path).init(ours));
    expect(error).toBeInstanceOf(OperatorError);
    expect(error.message).toContain(`${path}: a part of its path is no folder`);
  });
});

describe('what a killed or paused process leaves', () => {
  test('a lock that nobody touches any more is taken over', async () => {
    const { path, ledger } = await openNew();
    await mkdir(`${path}.lock`);
    await utimes(`${path}.lock`, 0, 0);
    const other = fileLedger(path);
    await Promise.all([
      ledger.putRecord(sampleRecord('ada-01'), 0, 1),
      other.putRecord(sampleRecord('bob-01'), 0, 1),
    ]);
    expect(await ledger.records()).toHaveLength(2);
    expect(await readdir(dirname(path))).toEqual(['ledger.json']);
  });

  test('no write is lost where locks vanish under their holders', async () => {
    const { path, ledger } = await openNew();
    await ledger.putRecord(sampleRecord('ada-01', 0), 0, 1);
    let done = false;
    const vandal = async () => {
      while (!done) await rm(`${path}.lock`, { recursive: true, force: true });
    };
    const vandalism = vandal();
    await Promise.all([countUp(ledger, 30), countUp(fileLedger(path), 30)]);
    done = true;
    await vandalism;
    expect((await ledger.records())[0]?.record.ordinal).toBe(60);
  });

  test('a half-written ticket is removed by the next write and never read', async () => {
    const { path, ledger } = await openNew();
    await writeFile(`${path}.0b5e.ticket`, '{"schemaVersion":1,"rec');
    expect(await ledger.records()).toEqual([]);
    await ledger.putRecord(sampleRecord('ada-01'), 0, 1);
    expect(await readdir(dirname(path))).toEqual(['ledger.json']);
  });

  test('files beside the ledger that are not its tickets stay', async () => {
    const { path, ledger } = await openNew();
    const folder = dirname(path);
    await writeFile(`${path}.backup`, '');
    await writeFile(join(folder, 'other.json.1.ticket'), '');
    await ledger.putRecord(sampleRecord('ada-01'), 0, 1);
    expect((await readdir(folder)).sort()).toEqual([
      'ledger.json',
      'ledger.json.backup',
      'other.json.1.ticket',
    ]);
  });
});
