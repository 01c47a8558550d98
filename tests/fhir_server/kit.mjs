// Uses a FHIR server as a program does that is built on npm's fhir-kit-client.
// Usage: node kit.mjs BASE_URL TOKEN   prints one JSON object: what each interaction brought.
import { Client } from 'fhir-kit-client';

const [baseUrl, token] = process.argv.slice(2);
const client = new Client({ baseUrl, bearerToken: token });
const brought = {};

const answered = (resource) => Client.httpFor(resource).response;

async function note(name, work) {
  try {
    const resource = await work();
    const response = answered(resource);
    brought[name] = { status: response?.status, etag: response?.headers.get('etag'),
      location: response?.headers.get('location'), resource };
  } catch (error) {
    if (!error.response) throw error;
    brought[name] = { status: error.response.status, resource: error.response.data };
  }
  return brought[name].resource;
}

const named = (family) => ({ resourceType: 'Patient', gender: 'female',
  name: [{ family, given: ['Ada'] }], identifier: [{ system: 'urn:kit', value: family }] });
const weight = (subject, value) => ({ resourceType: 'Observation', status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] }, subject: { reference: subject },
  effectiveDateTime: '2024-02-29T10:00:00+02:00',
  valueQuantity: { value, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' } });
const entry = (method, url, resource, fullUrl) => ({ ...(fullUrl && { fullUrl }),
  ...(resource && { resource }), request: { method, url } });
const bundle = (type, ...entries) => ({ resourceType: 'Bundle', type, entry: entries });

await note('capabilities', () => client.capabilityStatement());
await note('smart', () => client.smartAuthMetadata());

const ada = await note('create', () => client.create({ resourceType: 'Patient', body: named('Kit') }));
const { id } = ada;
const options = (headers) => ({ headers });
const patient = { resourceType: 'Patient', id };
await note('read', () => client.read(patient));
await note('create again', () => client.create({ resourceType: 'Patient', body: named('Kit'),
  options: options({ 'If-None-Exist': 'identifier=urn:kit|Kit' }) }));
await note('update', () => client.update({ ...patient, body: { ...ada, birthDate: '1815-12-10' },
  options: options({ 'If-Match': 'W/"1"' }) }));
await note('stale update', () => client.update({ ...patient, body: ada,
  options: options({ 'If-Match': 'W/"1"' }) }));
await note('vread', () => client.vread({ ...patient, version: '1' }));
await note('patch', () => client.patch({ ...patient,
  jsonPatch: [{ op: 'replace', path: '/birthDate', value: '1815-12-11' }] }));
await note('conditional update', () => client.update({ resourceType: 'Patient', body: named('Fresh'),
  searchParams: { identifier: 'urn:kit|Fresh' } }));
await note('refused', () => client.create({ resourceType: 'Patient', body: { resourceType: 'Patient', gender: 'x' } }));
await note('history', () => client.history(patient));
await note('type history', () => client.history({ resourceType: 'Patient' }));

await note('transaction', () => client.transaction({ body: bundle('transaction',
  entry('POST', 'Observation', weight('urn:uuid:0d1c8d0a-3f1b-4c5e-9a6f-000000000001', 60.10)),
  entry('POST', 'Patient', named('Moved'), 'urn:uuid:0d1c8d0a-3f1b-4c5e-9a6f-000000000001')) }));
await note('batch', () => client.batch({ body: bundle('batch', entry('GET', `Patient/${id}`),
  entry('GET', 'Patient/nobody'), entry('POST', 'Observation', weight(`Patient/${id}`, 61))) }));
for (const value of [62, 63]) {
  await note(`weight ${value}`, () => client.create({ resourceType: 'Observation', body: weight(`Patient/${id}`, value) }));
}

await note('search', () => client.search({ resourceType: 'Patient', searchParams: { family: 'kit', gender: 'female' } }));
await note('posted search', () => client.search({ resourceType: 'Patient',
  searchParams: { family: 'kit' }, options: { postSearch: true } }));
await note('unknown parameter', () => client.search({ resourceType: 'Patient', searchParams: { password: 'x' } }));
const page = await note('page 1', () => client.search({ resourceType: 'Observation',
  searchParams: { patient: id, _count: 2, _include: 'Observation:subject' } }));
const last = await note('page 2', () => client.nextPage({ bundle: page }));
brought['page 3'] = { resource: client.nextPage({ bundle: last }) ?? null };
await note('compartment', () => client.search({ resourceType: 'Observation',
  compartment: { resourceType: 'Patient', id }, searchParams: { code: '29463-7' } }));

await note('resolve', () => client.resolve({ reference: `Patient/${id}` }));
await note('resolve absolute', () => client.resolve({ reference: `${baseUrl}/Patient/${id}` }));
await note('resolve in bundle', () => client.resolve({ reference: `Patient/${id}`, context: page }));
await note('everything', () => client.operation({ ...patient, name: '$everything', method: 'GET' }));
await note('validate', () => client.operation({ resourceType: 'Patient', name: 'validate',
  input: { resourceType: 'Parameters', parameter: [{ name: 'resource', resource: { ...named('Kit'), gender: 'x' } }] } }));

await note('delete', () => client.delete({ resourceType: 'Patient', id: brought['conditional update'].resource.id }));
await note('read deleted', () => client.read({ resourceType: 'Patient', id: brought['conditional update'].resource.id }));

process.stdout.write(JSON.stringify(brought));
