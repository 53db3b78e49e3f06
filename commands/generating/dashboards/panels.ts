import {
  ReduceDataOptionsBuilder,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { DatasourceVariableBuilder, ThresholdsConfigBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** Question that a panel answers, and the expressions that answer it. */
export interface PanelOptions {
  readonly title: string;
  /** Meaning of what is seen, and what to do about it. */
  readonly description: string;
  /** Unit of the values, as Grafana names it: https://grafana.com/docs/grafana/latest/panels-visualizations/configure-standard-options/#unit */
  readonly unit: string;
  /** PromQL expressions by their legend, which may have labels, such as `{{subgraph}}`. */
  readonly queries: Readonly<Record<string, string>>;
}

/** Variable of a dashboard: the Prometheus that it asks, which is another one in each Grafana. At first it is the default one. */
export const PROMETHEUS = new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus');

const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

/** The grid has 24 columns. */
const COLUMNS_OF_LINES = 8;
const COLUMNS_OF_NUMBER = 4;

/** Returns a panel that draws its expressions over time. */
export function lines({ title, description, unit, queries }: PanelOptions): TimeSeriesBuilder {
  return new TimeSeriesBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit(unit)
    .min(0)
    .span(COLUMNS_OF_LINES)
    .height(8)
    .fillOpacity(10)
    .legend(new VizLegendOptionsBuilder().showLegend(true))
    .tooltip(new VizTooltipOptionsBuilder())
    .targets(targets(queries, false));
}

/**
 * Returns a panel that shows the latest value.
 *
 * @param alarm value from which it is red
 */
export function number({ title, description, unit, queries }: PanelOptions, alarm?: number): StatBuilder {
  const red = alarm === undefined ? [] : [{ value: alarm, color: 'red' }];
  return new StatBuilder()
    .title(title)
    .description(description)
    .datasource(DATASOURCE)
    .unit(unit)
    .span(COLUMNS_OF_NUMBER)
    .height(4)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .noValue('0')
    .thresholds(new ThresholdsConfigBuilder().steps([{ value: null, color: 'green' }, ...red]))
    .targets(targets(queries, true));
}

function targets(queries: Readonly<Record<string, string>>, isInstant: boolean): DataqueryBuilder[] {
  return Object.entries(queries).map(([legend, expression], index) => {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode('A'.charCodeAt(0) + index))
      .expr(expression)
      .legendFormat(legend);
    return isInstant ? query.instant() : query.range();
  });
}
