import type { Chapter, Fact, Source } from './fact.ts';

const meanings: Readonly<Record<Source, string>> = {
  BM: "botocore's models of the EC2 and SSM APIs, August 2026",
  ERR: 'AWS: error codes of the EC2 API',
  THR: 'AWS: throttling of the EC2 API',
  IDEM: 'AWS: idempotency in the EC2 API',
  EVC: 'AWS: eventual consistency in the EC2 API',
  TERM: 'AWS: terminating instances',
  UG23: "AWS's guides as last published on GitHub, June 2023: may be stale",
  OBS: 'seen live and quoted in a public repository: an observation, not a contract',
  RAN: 'the AWS SDK for JavaScript, run against a stub',
};

/** What no fact stands for. */
const absent: readonly string[] = [
  'Real durations: AWS publishes none. `usualDelays` are orders of magnitude,\n' +
    '  and nothing lags unless a test says so.',
  'Spot instances, hibernation, replacing a root volume, public addresses, CopyVolumes.',
  'Reads that go back: what a read has seen, later reads see too. In EC2 they need not.',
  'Stale states: a stop or an attachment shows in the next read. What the controller makes of\n' +
    '  stale readings is tested above the simulator.',
  'Chance: every delay is fixed, every refusal is asked for. Equal histories give equal answers.',
  'IAM, deregistration protection, and all calls that the program does not make: they are refused\n' +
    '  as not modelled.',
];

/** The page that says how far the simulated account can be trusted. */
export function fidelityPage(chapters: readonly Chapter[]): string {
  const facts = chapters.flatMap((chapter) => chapter.facts);
  const shared = facts.filter((fact) => fact.moto);
  const open = facts.filter((fact) => fact.choice !== undefined);
  const documented = facts.filter((fact) => !fact.moto && fact.choice === undefined);
  return [
    '# How far the simulated account can be trusted',
    '',
    '<!-- Written by test/fidelity/page.test.ts. To renew it:',
    '     npx vitest run --dir test test/fidelity/page -u -->',
    '',
    `The simulator (this folder) models ${facts.length} facts of AWS that the controller relies on.`,
    'Each is a test of its own in `test/fidelity/`. None was tried on a live account.',
    '',
    `- **${shared.length} confirmed by moto**: the same assertions hold there (\`npm run test:e2e\`).`,
    `- **${documented.length} by documentation alone**: nothing independent was asked.`,
    `- **${open.length} with something UNCONFIRMED**: AWS is silent, and the simulator takes the`,
    '  cautious choice.',
    '',
    'How a test brings each of them about: `conditions.ts` (what AWS does), `people.ts` (what people',
    'do), `scene.ts` (how long things take; `laggy` is a bad day), `faults.ts` (errors before or after',
    'any call).',
    '',
    'Sources:',
    '',
    ...Object.entries(meanings).map(([mark, meaning]) => `- ${mark}: ${meaning}`),
    '',
    '## Confirmed by moto',
    ...lists(chapters, (fact) => fact.moto),
    '## By documentation alone',
    ...lists(chapters, (fact) => !fact.moto && fact.choice === undefined),
    '## UNCONFIRMED, and the choice',
    '',
    '| fact | the simulator | source of the rest |',
    '|---|---|---|',
    ...open.map(({ name, choice, source }) => `| ${name} | ${choice} | ${source.join(', ')} |`),
    '',
    '## Not modelled',
    '',
    ...absent.map((line) => `- ${line}`),
    '',
  ].join('\n');
}

function lists(chapters: readonly Chapter[], isWanted: (fact: Fact) => boolean): string[] {
  return chapters
    .flatMap(({ title, facts }) => {
      const wanted = facts.filter(isWanted);
      if (wanted.length === 0) return [];
      const lines = wanted.map(({ name, source }) => `- ${name} (${source.join(', ')})`);
      return ['', `### ${title}`, '', ...lines];
    })
    .concat('');
}
