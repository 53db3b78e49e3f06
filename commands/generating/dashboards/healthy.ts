import { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { quantile, REQUESTS } from './expressions.ts';
import { lines, number, PROMETHEUS } from './panels.ts';

const FAILED = 'sum(rate(lockstep_requests_total{app="gateway",status=~"5..",outcome!="abandoned"}[$__rate_interval]))';

/** The dashboard that answers "is it healthy?" by its numbers, of which each is green if all is well. */
export function healthy(): DashboardBuilder {
  return new DashboardBuilder('Lockstep: is it healthy?')
    .uid('lockstep-healthy')
    .tags(['lockstep'])
    .refresh('10s')
    .time({ from: 'now-1h', to: 'now' })
    .withVariable(PROMETHEUS)
    .withPanel(
      number(
        {
          title: 'Processes down',
          description: 'Processes that Prometheus cannot scrape: npm run status says why',
          unit: 'short',
          queries: { down: 'count(up{job="lockstep"} == 0) or vector(0)' },
        },
        1,
      ),
    )
    .withPanel(
      number(
        {
          title: 'Alerts',
          description: 'Alerts that fire now: each has a line of what to do in docs/operations.md',
          unit: 'short',
          queries: { firing: 'count(ALERTS{alertstate="firing"}) or vector(0)' },
        },
        1,
      ),
    )
    .withPanel(
      number({
        title: 'Requests',
        description: 'Requests a second',
        unit: 'reqps',
        queries: { requests: REQUESTS },
      }),
    )
    .withPanel(
      number(
        {
          title: 'Failed',
          description: 'Share of requests that were answered with a status of 500 and above',
          unit: 'percentunit',
          queries: { failed: `(${FAILED} or vector(0)) / ${REQUESTS}` },
        },
        0.01,
      ),
    )
    .withPanel(
      number(
        {
          title: '95 % within',
          description: 'Time within which 95 % of requests are answered',
          unit: 's',
          queries: { p95: quantile(0.95, 'lockstep_request_duration_seconds') },
        },
        1,
      ),
    )
    .withPanel(
      number(
        {
          title: 'Subgraphs shut off',
          description: 'Subgraphs whose circuit breaker is open: no call reaches them until they answer again',
          unit: 'short',
          queries: {
            open: 'count(max by (subgraph) (lockstep_subgraph_circuit_breaker_state{state="open"}) == 1) or vector(0)',
          },
        },
        1,
      ),
    )
    .withPanel(
      lines({
        title: 'Requests by outcome',
        description: 'partial: data and errors. refused: before it was read as GraphQL. abandoned: the client left',
        unit: 'reqps',
        queries: { '{{outcome}}': 'sum by (outcome) (rate(lockstep_requests_total{app="gateway"}[$__rate_interval]))' },
      }),
    )
    .withPanel(
      lines({
        title: 'Duration of requests',
        description: 'The dashboard "why was it slow?" takes it apart',
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
        title: 'Fetches that failed, by subgraph',
        description: "Why each call failed is in the gateway's log",
        unit: 'reqps',
        queries: {
          '{{subgraph}}: {{outcome}}':
            'sum by (subgraph, outcome) (rate(lockstep_subgraph_fetches_total{outcome!="answered"}[$__rate_interval]))',
        },
      }),
    )
    .withPanel(
      lines({
        title: 'Requests of subgraphs that failed',
        description: "partial: data and errors, such as that a user doesn't exist. Why is in the log of the subgraph",
        unit: 'reqps',
        queries: {
          '{{app}}: {{outcome}}':
            'sum by (app, outcome) (rate(lockstep_requests_total{app!="gateway",outcome!="ok"}[$__rate_interval])) or vector(0)',
        },
      }),
    )
    .withPanel(
      lines({
        title: 'Checkouts under way',
        description: 'By state. They go back to zero without load; the sweep ends those that a crash left',
        unit: 'short',
        queries: {
          '{{state}}': 'sum by (state) (lockstep_sagas)',
          'sweeps that failed': 'sum(increase(lockstep_sweep_passes_total{outcome="failed"}[5m]))',
        },
      }),
    )
    .withPanel(
      lines({
        title: 'Redis',
        description: '1 while it answers, by what it is used for. Without it each process goes on by itself',
        unit: 'short',
        queries: { '{{use}}': 'min by (use) (lockstep_redis_up) or vector(1)' },
      }),
    )
    .withPanel(
      lines({
        title: 'Refusals by rule',
        description: 'Rules that requests broke: limits, rate limits, cost, persisted queries',
        unit: 'reqps',
        queries: {
          '{{rule}}: {{outcome}}': 'sum by (rule, outcome) (rate(lockstep_refusals_total[$__rate_interval]))',
        },
      }),
    )
    .withPanel(
      lines({
        title: 'Memory',
        description: 'Resident memory of each process: it is flat under a steady load',
        unit: 'bytes',
        queries: { '{{app}} {{pid}}': 'process_resident_memory_bytes{job="lockstep"}' },
      }),
    )
    .withPanel(
      lines({
        title: 'CPU',
        description: 'Cores that each process uses: one core is all that its requests can have',
        unit: 'short',
        queries: { '{{app}} {{pid}}': 'rate(process_cpu_seconds_total{job="lockstep"}[$__rate_interval])' },
      }),
    )
    .withPanel(
      lines({
        title: 'Changes of the supergraph',
        description: 'Refused ones are explained in the log; the graph before them goes on serving',
        unit: 'short',
        queries: { '{{outcome}}': 'sum by (outcome) (increase(lockstep_supergraph_reloads_total[5m]))' },
      }),
    )
    .withPanel(
      lines({
        title: 'Delay of the event loop',
        description: 'Time for which a turn keeps all others waiting, at the 99th percentile',
        unit: 's',
        queries: { '{{app}} {{pid}}': 'nodejs_eventloop_lag_p99_seconds{job="lockstep"}' },
      }),
    );
}
