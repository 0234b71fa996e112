import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { SimAccount } from '../../controller/sim/account.ts';
import type { Delays } from '../../controller/sim/scene.ts';

/** Where a fact is from: the page of facts says what the marks stand for. */
export type Source = 'BM' | 'ERR' | 'THR' | 'IDEM' | 'EVC' | 'TERM' | 'UG23' | 'OBS' | 'RAN';

/** What is in an account before a fact is tried. */
export interface Place {
  /** One in each of two zones. */
  readonly subnets: readonly [string, string];
  readonly zones: readonly [string, string];
  readonly securityGroup: string;
  readonly imageId: string;
  /** An SSM parameter that names the image. */
  readonly parameter: string;
}

/** An account of whatever answers EC2's API. */
export interface Account {
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly ssm: Pick<SSMClient, 'send'>;
  readonly place: Place;
  /** Makes an image of this account that nothing uses; its id. */
  makeImage(): Promise<string>;
  /** Lets that much of the account's own time pass, where it has any. */
  wait(millis: number): Promise<void>;
}

/** The simulated account, with everything that can be done to it. */
export interface SimulatedAccount extends Account {
  readonly sim: SimAccount;
}

interface FactBase {
  /** The API or what is spoken of, then what holds; names are unique. */
  readonly name: string;
  readonly source: readonly Source[];
  /** Where AWS's documentation is silent: what the simulator does. */
  readonly choice?: string;
}

/** A fact that moto models too: the same check holds for both. */
export interface SharedFact extends FactBase {
  readonly moto: true;
  check(account: Account): Promise<void>;
}

/** A fact that only the simulator models. */
export interface SimulatedFact extends FactBase {
  readonly moto: false;
  check(open: (delays?: Partial<Delays>) => SimulatedAccount): Promise<void>;
}

export type Fact = SharedFact | SimulatedFact;

/** Facts of one subject. */
export interface Chapter {
  readonly title: string;
  readonly facts: readonly Fact[];
}
