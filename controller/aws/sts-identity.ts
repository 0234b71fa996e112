import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Identity } from '../ports.ts';
import { type PacedAccess, read } from './ec2-access.ts';
import { operatorError } from './errors.ts';

/** Whose credentials these are. Throws an OperatorError where STS cannot be asked. */
export async function readIdentity(access: PacedAccess): Promise<Identity> {
  try {
    const { Account } = await read(access, 'GetCallerIdentity', () =>
      access.sts.send(new GetCallerIdentityCommand({})),
    );
    if (Account === undefined) throw new Error('the answer names no account');
    return { account: Account, region: access.region };
  } catch (error) {
    throw operatorError('asking AWS who we are (STS GetCallerIdentity)', error);
  }
}
