import type {
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  InstanceTypeInfo,
  _InstanceType as InstanceTypeName,
} from '@aws-sdk/client-ec2';
import { ec2Error } from './errors.ts';
import { type FilterFields, toPredicate } from './filters.ts';
import { pageOf, refuseIdsWithPage } from './pages.ts';
import type { Scene } from './scene.ts';

interface TypeFacts {
  readonly name: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly vcpus: number;
  readonly memoryMib: number;
}

/** vCPUs and GiB of memory per vCPU by size, for families where memory follows the vCPUs. */
const sizes: Readonly<Record<string, number>> = {
  medium: 1,
  large: 2,
  xlarge: 4,
  '2xlarge': 8,
  '4xlarge': 16,
  '8xlarge': 32,
  '12xlarge': 48,
  '16xlarge': 64,
  '24xlarge': 96,
};

const x86Families: Readonly<Record<string, number>> = {
  m5: 4,
  m5a: 4,
  m6i: 4,
  m6a: 4,
  m7i: 4,
  m7a: 4,
  m8i: 4,
  c5: 2,
  c5a: 2,
  c6i: 2,
  c6a: 2,
  c7i: 2,
  c7a: 2,
  r5: 8,
  r5a: 8,
  r6i: 8,
  r6a: 8,
  r7i: 8,
  r7a: 8,
};
const armFamilies: Readonly<Record<string, number>> = {
  m6g: 4,
  m7g: 4,
  m8g: 4,
  c6g: 2,
  c7g: 2,
  c8g: 2,
  r6g: 8,
  r7g: 8,
  r8g: 8,
};

/** Burstable sizes have memory of their own: vCPUs, MiB. */
const burstableSizes: Readonly<Record<string, readonly [number, number]>> = {
  nano: [2, 512],
  micro: [2, 1024],
  small: [2, 2048],
  medium: [2, 4096],
  large: [2, 8192],
  xlarge: [4, 16384],
  '2xlarge': [8, 32768],
};

const catalogue: ReadonlyMap<string, TypeFacts> = new Map(listTypes().map((t) => [t.name, t]));

function listTypes(): TypeFacts[] {
  const types: TypeFacts[] = [];
  for (const family of ['t3', 't3a', 't4g']) {
    const architecture = family === 't4g' ? 'arm64' : 'x86_64';
    for (const [size, [vcpus, memoryMib]] of Object.entries(burstableSizes)) {
      types.push({ name: `${family}.${size}`, architecture, vcpus, memoryMib });
    }
  }
  const families = [
    ...Object.entries(x86Families).map(([name, gib]) => [name, gib, 'x86_64'] as const),
    ...Object.entries(armFamilies).map(([name, gib]) => [name, gib, 'arm64'] as const),
  ];
  for (const [family, gibPerVcpu, architecture] of families) {
    for (const [size, vcpus] of Object.entries(sizes)) {
      if (size === 'medium' && architecture === 'x86_64') continue;
      const memoryMib = vcpus * gibPerVcpu * 1024;
      types.push({ name: `${family}.${size}`, architecture, vcpus, memoryMib });
    }
  }
  return types;
}

/** The CPU architecture of a type; undefined where there is no such type. */
export function architectureOf(type: string): 'x86_64' | 'arm64' | undefined {
  return catalogue.get(type)?.architecture;
}

/** How many vCPUs a type has; none where there is no such type. */
export function vcpusOf(type: string): number {
  return catalogue.get(type)?.vcpus ?? 0;
}

const fields: FilterFields<TypeFacts> = {
  'instance-type': ({ name }) => [name],
  'processor-info.supported-architecture': ({ architecture }) => [architecture],
  'current-generation': () => ['true'],
};

/** DescribeInstanceTypes: a catalogue of common families. */
export function describeInstanceTypes(
  scene: Scene,
  input: DescribeInstanceTypesRequest,
): DescribeInstanceTypesResult {
  refuseIdsWithPage(input.InstanceTypes, input, 'instanceTypes');
  const asked = input.InstanceTypes ?? [];
  const unknown = asked.filter((name) => !catalogue.has(name));
  if (unknown.length > 0) {
    const message = `The following supplied instance types do not exist: [${unknown.join(', ')}]`;
    throw ec2Error('InvalidInstanceType', message);
  }
  const all = [...catalogue.values()];
  const named = asked.length === 0 ? all : all.filter(({ name }) => asked.includes(asType(name)));
  const selected = named.filter(toPredicate(input.Filters, fields));
  const listing = selected.map((type) => ({ ...type, id: type.name }));
  const { items, ...rest } = pageOf(scene, input, listing);
  return { InstanceTypes: items.map(toInfo), ...rest };
}

function toInfo({ name, architecture, vcpus, memoryMib }: TypeFacts): InstanceTypeInfo {
  return {
    InstanceType: asType(name),
    CurrentGeneration: true,
    BareMetal: false,
    Hypervisor: 'nitro',
    ProcessorInfo: { SupportedArchitectures: [architecture] },
    VCpuInfo: { DefaultVCpus: vcpus },
    MemoryInfo: { SizeInMiB: memoryMib },
    EbsInfo: { NvmeSupport: 'required', EncryptionSupport: 'supported' },
    NetworkInfo: { EnaSupport: 'required' },
    SupportedVirtualizationTypes: ['hvm'],
    SupportedRootDeviceTypes: ['ebs'],
  };
}

/** The SDK's type is a list of literals of one day; the service's is any text. */
export function asType(name: string): InstanceTypeName {
  return name as InstanceTypeName;
}
