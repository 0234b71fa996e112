import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeInstancesCommand, StartInstancesCommand } from '@aws-sdk/client-ec2';
import { GetParametersCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type AwsClients, awsClients } from '../../controller/aws/clients.ts';
import { ec2Observer } from '../../controller/aws/ec2-observer.ts';
import { classifyError } from '../../controller/aws/errors.ts';
import { fromMillis } from '../../controller/core/instant.ts';
import { OperatorError } from '../../controller/ports.ts';
import { stillClock } from '../support/sim-fleet.ts';

const open: { close(): unknown }[] = [];

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
});

afterEach(() => {
  for (const each of open.splice(0)) each.close();
  vi.unstubAllEnvs();
});

async function listen(listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  return server;
}

async function clientsOf(endpoint: string): Promise<AwsClients> {
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  const clients = await awsClients({});
  open.push(clients);
  return clients;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Clients of a server that always gives that answer, and how often it was asked. */
async function answering(listener: RequestListener) {
  let asked = 0;
  const server = await listen((request, response) => {
    asked += 1;
    listener(request, response);
  });
  return { clients: await clientsOf(urlOf(server)), asked: () => asked };
}

function xmlError(status: number, code: string): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/xml' });
    response.end(
      `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`,
    );
  };
}

const mutate = (clients: AwsClients) =>
  clients.ec2Mutations.send(new StartInstancesCommand({ InstanceIds: ['i-1'] }));

async function classOf(call: Promise<unknown>) {
  return classifyError(await call.catch((error: unknown) => error));
}

test.each<[string, RequestListener, string]>([
  ['want of capacity', xmlError(500, 'InsufficientInstanceCapacity'), 'refused'],
  ['throttling', xmlError(503, 'RequestLimitExceeded'), 'throttled'],
  ['a server error', xmlError(500, 'InternalError'), 'unknown'],
  ['a page of HTML', (_request, response) => response.writeHead(502).end('<html>'), 'unknown'],
  ['a lost connection', (request) => request.socket.destroy(), 'unknown'],
])('a mutation that meets %s is sent once', async (_what, listener, kind) => {
  const { clients, asked } = await answering(listener);
  expect((await classOf(mutate(clients))).class).toBe(kind);
  expect(asked()).toBe(1);
});

test('a parameter that meets a server error is written once', async () => {
  const { clients, asked } = await answering((_request, response) =>
    response.writeHead(500, { 'content-type': 'application/x-amz-json-1.1' }).end('{}'),
  );
  const command = new PutParameterCommand({ Name: '/golden', Value: 'ami-1', Type: 'String' });
  expect((await classOf(clients.ssmMutations.send(command))).class).toBe('unknown');
  expect(asked()).toBe(1);
});

test('a read that meets a server error is tried again', async () => {
  let isFirst = true;
  const { clients, asked } = await answering((request, response) => {
    if (isFirst) xmlError(500, 'InternalError')(request, response);
    else response.end('<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>');
    isFirst = false;
  });
  const { Reservations } = await clients.ec2.send(new DescribeInstancesCommand({}));
  expect([Reservations, asked()]).toEqual([[], 2]);
});

test('an endpoint where nobody listens is named with its remedy', async () => {
  const server = await listen(() => undefined);
  const url = urlOf(server);
  await new Promise((resolve) => server.close(resolve));
  const clients = await clientsOf(url);
  const clock = { now: () => fromMillis(stillClock.millis()), sleep: async () => undefined };
  const observer = ec2Observer({ ...clients, clock, region: 'eu-west-1' });
  const error = await observer.identity().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OperatorError);
  expect(error).toMatchObject({
    message: expect.stringMatching(/^[^\n]*AWS cannot be reached: [^\n]*ECONNREFUSED[^\n]*$/),
    remedy: expect.stringContaining('AWS_ENDPOINT_URL'),
  });
  // The connection was never made: even a mutation is known to have done nothing.
  expect((await classOf(mutate(clients))).class).toBe('operator');
});

test('no credentials are named with their remedy', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
  const clients = await clientsOf('http://127.0.0.1:1');
  expect(await classOf(mutate(clients))).toMatchObject({
    class: 'operator',
    message: expect.stringMatching(/^there are no AWS credentials/),
  });
});

test('no region is named with its remedy', async () => {
  vi.stubEnv('AWS_REGION', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  const clients = await clientsOf('http://127.0.0.1:1');
  expect(await classOf(mutate(clients))).toMatchObject({
    class: 'operator',
    remedy: expect.stringContaining('AWS_REGION'),
  });
});

test('requests end in time: without the flag the SDK would only warn', async () => {
  const { ec2, ec2Mutations, ssmMutations } = await clientsOf('http://127.0.0.1:1');
  const timeouts = async (client: typeof ec2 | typeof ssmMutations, request: Promise<unknown>) => {
    // The handler resolves its options at the first request.
    await request.catch(() => undefined);
    return (client.config.requestHandler as unknown as NodeHttpHandler).httpHandlerConfigs();
  };
  const listing = new DescribeInstancesCommand({});
  const reading = new GetParametersCommand({ Names: ['/golden'] });
  const within = (requestTimeout: number) => ({ requestTimeout, throwOnRequestTimeout: true });
  expect(await timeouts(ec2Mutations, ec2Mutations.send(listing))).toMatchObject(within(5_000));
  expect(await timeouts(ssmMutations, ssmMutations.send(reading))).toMatchObject(within(5_000));
  expect(await timeouts(ec2, ec2.send(listing))).toMatchObject(within(15_000));
});
