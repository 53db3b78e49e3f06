import { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { quantile, REQUESTS, subgraphQuantile } from './expressions.ts';
import { lines, PROMETHEUS } from './panels.ts';

/** The dashboard that answers "why was it slow?": a panel for each part of the time of a request. */
export function slow(): DashboardBuilder {
  return new DashboardBuilder('Lockstep: why was it slow?')
    .uid('lockstep-slow')
    .tags(['lockstep'])
    .refresh('10s')
    .time({ from: 'now-1h', to: 'now' })
    .withVariable(PROMETHEUS)
    .withPanel(
      lines({
        title: 'Duration of requests',
        description: 'Look below for the panel that rises at the same moment',
        unit: 's',
        queries: {
          'half of them': quantile(0.5, 'lockstep_request_duration_seconds'),
          '95 %': quantile(0.95, 'lockstep_request_duration_seconds'),
          '99 %': quantile(0.99, 'lockstep_request_duration_seconds'),
        },
      }),
    )
    .withPanel(
      lines({
        title: 'Duration of calls, by subgraph',
        description:
          '95 % of the calls to a subgraph are answered within this time. If one rises, its database or its load is the cause',
        unit: 's',
        queries: { '{{subgraph}}': quantile(0.95, 'lockstep_subgraph_call_duration_seconds', 'subgraph') },
      }),
    )
    .withPanel(
      lines({
        title: 'Duration of requests in the subgraphs',
        description:
          '95 % are answered within this time. What a call takes longer than that is the network, or a subgraph that has no turn for it',
        unit: 's',
        queries: { '{{app}}': subgraphQuantile(0.95, 'lockstep_request_duration_seconds') },
      }),
    )
    .withPanel(
      lines({
        title: 'Statements that take the most time',
        description:
          'Seconds a second that the database spends on each. One that rises needs an index, or is run too often',
        unit: 'percentunit',
        queries: {
          '{{app}}: {{statement}}':
            'topk(10, sum by (app, statement) (rate(lockstep_statement_duration_seconds_sum[$__rate_interval])))',
        },
      }),
    )
    .withPanel(
      lines({
        title: 'Duration of resolvers',
        description: '95 % of those that do not return at once are over within this time',
        unit: 's',
        queries: { '{{app}}: {{field}}': subgraphQuantile(0.95, 'lockstep_resolver_duration_seconds', 'field') },
      }),
    )
    .withPanel(
      lines({
        title: 'Calls between subgraphs',
        description: '95 % of the calls that orders makes for its requests are answered within this time',
        unit: 's',
        queries: {
          '{{app}} to {{subgraph}}': subgraphQuantile(0.95, 'lockstep_subgraph_call_duration_seconds', 'subgraph'),
        },
      }),
    )
    .withPanel(
      lines({
        title: 'Time to plan an operation',
        description: '95 % of the operations that were new are planned within this time',
        unit: 's',
        queries: { '95 %': quantile(0.95, 'lockstep_operation_compile_duration_seconds') },
      }),
    )
    .withPanel(
      lines({
        title: 'New operations',
        description:
          'Operations that had to be planned. Clients that write values into their documents, instead of variables, make each one new',
        unit: 'reqps',
        queries: { new: 'sum(rate(lockstep_operation_cache_misses_total[$__rate_interval]))' },
      }),
    )
    .withPanel(
      lines({
        title: 'Calls a request, by subgraph',
        description: 'If they rise, clients ask for more at once: see what a query costs with npm run plan',
        unit: 'short',
        queries: {
          '{{subgraph}}': `sum by (subgraph) (rate(lockstep_subgraph_calls_total{app="gateway"}[$__rate_interval])) / ignoring(subgraph) group_left ${REQUESTS}`,
        },
      }),
    )
    .withPanel(
      lines({
        title: 'Calls that were saved',
        description:
          'deduplication: another request waits for the same. batching and merging: entities travel together',
        unit: 'reqps',
        queries: { '{{by}}': 'sum by (by) (rate(lockstep_subgraph_calls_saved_total[$__rate_interval]))' },
      }),
    )
    .withPanel(
      lines({
        title: 'Retries, by subgraph',
        description: 'Calls that were made once more: each adds its time to a request',
        unit: 'reqps',
        queries: { '{{subgraph}}': 'sum by (subgraph) (rate(lockstep_subgraph_retries_total[$__rate_interval]))' },
      }),
    )
    .withPanel(
      lines({
        title: 'Answers from the response cache',
        description: 'Share of the entities and root fetches that were found. At zero it costs, and saves nothing',
        unit: 'percentunit',
        queries: {
          '{{subgraph}}':
            'sum by (subgraph) (rate(lockstep_response_cache_lookups_total{result="hit"}[$__rate_interval])) / sum by (subgraph) (rate(lockstep_response_cache_lookups_total[$__rate_interval]))',
        },
      }),
    )
    .withPanel(
      lines({
        title: 'Requests under way',
        description: 'They pile up while something that they wait for is slow',
        unit: 'short',
        queries: { 'under way': 'sum(lockstep_requests_under_way{app="gateway"})' },
      }),
    )
    .withPanel(
      lines({
        title: 'Delay of the event loop',
        description: 'Time for which a turn keeps all others waiting, at the 99th percentile',
        unit: 's',
        queries: { '{{app}} {{pid}}': 'nodejs_eventloop_lag_p99_seconds{job="lockstep"}' },
      }),
    )
    .withPanel(
      lines({
        title: 'Garbage collection',
        description:
          'Share of its time that a process spends on it. More than a tenth: the heap is too small for the load',
        unit: 'percentunit',
        queries: {
          '{{app}} {{pid}}':
            'sum by (app, pid) (rate(nodejs_gc_duration_seconds_sum{job="lockstep"}[$__rate_interval]))',
        },
      }),
    )
    .withPanel(
      lines({
        title: 'CPU',
        description: 'Cores that each process uses: one core is all that its requests can have',
        unit: 'short',
        queries: { '{{app}} {{pid}}': 'rate(process_cpu_seconds_total{job="lockstep"}[$__rate_interval])' },
      }),
    );
}
