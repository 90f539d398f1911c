import { knownRules } from '../../notification-rules/rules.contract.ts';
import type { EndpointRecord } from '../endpoint/read-model.ts';
import { ruleName } from './words.ts';

/** The form of an endpoint's settings; null: of a new one, which wants every rule at first. */
export function settingsForm(
  endpoint: Pick<EndpointRecord, 'id' | 'url' | 'description' | 'rules'> | null,
) {
  return {
    id: endpoint ? 'act-change' : 'act-add',
    icon: endpoint ? 'text' : 'add',
    label: endpoint ? 'Change settings' : 'Add endpoint',
    explains: endpoint
      ? 'What waits goes to the new URL. The secret stays.'
      : 'Its secret is shown once, on the page that follows.',
    button: endpoint ? 'Save' : 'Add endpoint',
    href: `/notifications/endpoints${endpoint ? `/${endpoint.id}` : ''}`,
    url: endpoint?.url ?? '',
    description: endpoint?.description ?? '',
    rules: knownRules.map(({ name, says }) => ({
      field: `rule-${name}`,
      name: ruleName(name),
      says,
      wanted: endpoint ? endpoint.rules.includes(name) : true,
    })),
  };
}
