import {
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { expect } from 'vitest';
import { codeOf } from './calls.ts';
import type { Fact } from './fact.ts';

/** What of SSM the controller relies on. */
export const parameterFacts: readonly Fact[] = [
  {
    name: 'GetParameters: at most 10 names a call',
    source: ['BM'],
    moto: true,
    check: async ({ ssm }) => {
      const names = (count: number) => Array.from({ length: count }, (_, n) => `/none/${n}`);
      const ten = await ssm.send(new GetParametersCommand({ Names: names(10) }));
      expect(ten.InvalidParameters).toHaveLength(10);
      const eleven = ssm.send(new GetParametersCommand({ Names: names(11) }));
      expect(await codeOf(eleven)).toBe('ValidationException');
    },
  },
  {
    name: 'GetParameters: unknown names are listed, known ones carry value and version',
    source: ['BM'],
    moto: true,
    check: async ({ ssm, place }) => {
      const Names = [place.parameter, '/none'];
      const answer = await ssm.send(new GetParametersCommand({ Names }));
      expect(answer.InvalidParameters).toEqual(['/none']);
      expect(answer.Parameters).toMatchObject([
        { Name: place.parameter, Value: place.imageId, Version: 1 },
      ]);
    },
  },
  {
    name: 'PutParameter: over a value only with Overwrite, and then it is the next version',
    source: ['BM'],
    moto: true,
    check: async ({ ssm }) => {
      const put = (Value: string, Overwrite: boolean) =>
        ssm.send(
          new PutParameterCommand({
            Name: '/golden/latest',
            Value,
            Type: 'String',
            DataType: 'text',
            Overwrite,
          }),
        );
      // With Overwrite there need be none before.
      expect((await put('ami-1', true)).Version).toBe(1);
      expect(await codeOf(put('ami-2', false))).toBe('ParameterAlreadyExists');
      expect((await put('ami-2', true)).Version).toBe(2);
      const read = await ssm.send(new GetParametersCommand({ Names: ['/golden/latest'] }));
      expect(read.Parameters).toMatchObject([{ Value: 'ami-2', Version: 2, Type: 'String' }]);
    },
  },
  {
    name: 'GetParameter: an unknown name is ParameterNotFound',
    source: ['BM'],
    moto: true,
    check: async ({ ssm }) => {
      const call = ssm.send(new GetParameterCommand({ Name: '/none' }));
      expect(await codeOf(call)).toBe('ParameterNotFound');
    },
  },
];
