import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { LEASE_KEY } from '../../controller/aws/dynamo-items.ts';

/** One call to AWS as it went over the wire. */
export interface WireCall {
  readonly service: string;
  readonly action: string;
  /** The sort key of the item that a PutItem writes. */
  readonly key?: string;
}

export interface CannedAnswer {
  readonly status: number;
  readonly type: 'text/xml' | 'application/x-amz-json-1.0';
  readonly body: string;
}

export interface ProxyRules {
  /** Waited for before a call is sent on: it sees the account as the call finds it. */
  readonly meet?: (call: WireCall) => Promise<unknown>;
  /** An answer in the endpoint's place, which then never hears of the call. */
  readonly answer?: (call: WireCall) => CannedAnswer | undefined;
  /** What the program reads in place of the endpoint's own answer. */
  readonly rewrite?: (call: WireCall, body: string) => string;
  /** Asked before a call is sent on and before its answer comes back: true cuts the connection there. */
  readonly isCut?: (call: WireCall, moment: 'before' | 'after') => boolean;
}

/** Stands before an AWS-compatible endpoint and knows every call that went through. */
export interface RecordingProxy {
  readonly endpoint: string;
  readonly calls: readonly WireCall[];
  stop(): Promise<void>;
}

export async function startRecordingProxy(
  target: string,
  rules: ProxyRules = {},
): Promise<RecordingProxy> {
  const calls: WireCall[] = [];
  const server = createServer((asked, answer) => {
    pass(asked, answer, { target, rules, calls }).catch(() => answer.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

interface Passage {
  readonly target: string;
  readonly rules: ProxyRules;
  readonly calls: WireCall[];
}

async function pass(
  asked: IncomingMessage,
  answer: ServerResponse,
  { target, rules, calls }: Passage,
): Promise<void> {
  const body = await buffer(asked);
  const call = callOf(asked, body);
  calls.push(call);
  if (rules.isCut?.(call, 'before')) return void answer.destroy();
  await rules.meet?.(call);
  const canned = rules.answer?.(call);
  if (canned !== undefined) {
    answer.writeHead(canned.status, { 'content-type': canned.type }).end(canned.body);
    return;
  }
  const sent = sendRequest(new URL(asked.url ?? '/', target), {
    method: asked.method ?? 'POST',
    headers: asked.headers,
  });
  const [reply] = (await once(sent.end(body), 'response')) as [IncomingMessage];
  const content = await buffer(reply);
  if (rules.isCut?.(call, 'after')) return void answer.destroy();
  const told = rules.rewrite?.(call, content.toString()) ?? content;
  const length = { 'content-length': Buffer.byteLength(told) };
  answer.writeHead(reply.statusCode ?? 500, { ...reply.headers, ...length }).end(told);
}

/** The service is in the signature's scope, the action in a header (JSON) or in the form. */
function callOf({ headers }: IncomingMessage, body: Buffer): WireCall {
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '');
  const service = scope?.[1] ?? '';
  const target = headers['x-amz-target'];
  if (typeof target !== 'string') {
    return { service, action: new URLSearchParams(body.toString()).get('Action') ?? '' };
  }
  const action = target.split('.').at(-1) ?? '';
  const key = JSON.parse(body.toString()).Item?.sk?.S;
  return typeof key === 'string' ? { service, action, key } : { service, action };
}

/** Whether a call changes EC2 or a record of the ledger. The lease is written all the time. */
export function isMutation({ action, key }: WireCall): boolean {
  return !/^(Describe|Get|Query)/.test(action) && key !== LEASE_KEY;
}
