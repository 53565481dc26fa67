// @ts-check
// The dashboards as code, in the types of Grafana's own SDK. Writes one file each:
//
//   node dashboards.mjs DIRECTORY        kept in dashboards/; a test compares
//
// Every query names its job, so that one Prometheus can hold other things as well.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";

const STREAMS = 'job="acswatch-streams"';
const COLLECTOR = 'job="acswatch-collector"';
const HOST = 'job="acswatch-collector", instance=~"$host(:[0-9]+)?"';
const DATASOURCE = { type: "prometheus", uid: "${datasource}" };
const LOSS_COLOUR = "red";

/** @typedef {{expr: string, legend?: string, instant?: boolean}} Query */
/** @typedef {{title: string, text: string, unit?: string, width?: number, height?: number, link?: [string, string], colour?: string, queries: Query[]}} Described */

/** @param {string} expr @param {string} [legend] @returns {Query} */
const query = (expr, legend) => ({ expr, legend });

/** @param {Query} asked @param {number} index */
function target(asked, index) {
  const built = new prometheus.DataqueryBuilder()
    .refId(String.fromCharCode("A".charCodeAt(0) + index))
    .datasource(DATASOURCE)
    .expr(asked.expr)
    .legendFormat(asked.legend ?? "__auto");
  return asked.instant ? built.instant().format(prometheus.PromQueryFormat.Table) : built.range();
}

/**
 * What all panels have.
 * @template {stat.PanelBuilder | table.PanelBuilder | timeseries.PanelBuilder} B
 * @param {B} panel
 * @param {Described} it
 * @returns {B}
 */
function dressed(panel, it) {
  panel.title(it.title).description(it.text).datasource(DATASOURCE).unit(it.unit ?? "short")
    .span(it.width ?? 8).height(it.height ?? 7);
  it.queries.forEach((asked, index) => panel.withTarget(target(asked, index)));
  if (it.link) {
    panel.dataLinks([new dashboard.DashboardLinkBuilder(it.link[0]).type(dashboard.DashboardLinkType.Link).url("${page}" + it.link[1]).targetBlank(true)]);
  }
  return panel;
}

/** A line for each series. @param {Described} it */
const lines = (it) => dressed(new timeseries.PanelBuilder(), it)
  .min(0)
  .fillOpacity(10)
  .showPoints(common.VisibilityMode.Never)
  .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending))
  .legend(new common.VizLegendOptionsBuilder().displayMode(common.LegendDisplayMode.List).placement(common.LegendPlacement.Bottom).showLegend(true));

/** One number, in a colour once it is above 0. @param {Described} it */
const number = (it) => dressed(new stat.PanelBuilder(), { width: 3, height: 4, ...it })
  .decimals(0)
  .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
  .graphMode(common.BigValueGraphMode.Area)
  .colorMode(common.BigValueColorMode.Value)
  .thresholds(new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute)
    .steps([{ value: null, color: "text" }, { value: 1, color: it.colour ?? "text" }]));

/** The newest value of each series, in rows. @param {Described} it */
const rows = (it) => dressed(new table.PanelBuilder(), { ...it, queries: it.queries.map((asked) => ({ ...asked, instant: true })) });

/**
 * @param {string} uid
 * @param {string} title
 * @param {string} text
 * @param {[string, ReturnType<typeof lines | typeof number | typeof rows>[]][]} parts rows with their panels
 * @param {dashboard.QueryVariableBuilder[]} [variables]
 */
function board(uid, title, text, parts, variables = []) {
  const built = new dashboard.DashboardBuilder(`acswatch: ${title}`)
    .uid(`acswatch-${uid}`)
    .description(text)
    .tags(["acswatch"])
    .refresh("30s")
    .timezone("browser")
    .time({ from: "now-6h", to: "now" })
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .readonly()
    .withVariable(new dashboard.DatasourceVariableBuilder("datasource").label("Prometheus").type("prometheus"))
    .withVariable(new dashboard.TextBoxVariableBuilder("page").label("Page of acswatch").defaultValue("http://127.0.0.1:9640"))
    .link(new dashboard.DashboardLinkBuilder("Dashboards").type(dashboard.DashboardLinkType.Dashboards).tags(["acswatch"]).asDropdown(true).includeVars(true).keepTime(true))
    .link(new dashboard.DashboardLinkBuilder("Hosts").type(dashboard.DashboardLinkType.Link).url("${page}/").targetBlank(true))
    .link(new dashboard.DashboardLinkBuilder("Alerts").type(dashboard.DashboardLinkType.Link).url("${page}/alerts").targetBlank(true));
  variables.forEach((variable) => built.withVariable(variable));
  for (const [row, panels] of parts) {
    built.withRow(new dashboard.RowBuilder(row));
    panels.forEach((panel) => built.withPanel(panel));
  }
  const done = built.build();
  // The SDK lays panels out and leaves their numbers to whoever imports them.
  (done.panels ?? []).forEach((panel, index) => { panel.id = index + 1; });
  return done;
}

const statusColour = { fresh: "green", stale: "orange", unknown: "purple" };
const severityColour = { critical: "red", high: "orange", warning: "yellow", info: "blue" };

const fleet = board("fleet", "fleet", "How many hosts are known, how fresh, and what is open on them.", [
  ["Hosts and open alerts", [
    ...Object.entries(statusColour).map(([status, colour]) => number({
      title: `hosts ${status}`, text: "Hosts whose state is kept, by how far it can be trusted now.", colour, width: 4,
      link: ["hosts", `/?status=${status}`],
      queries: [query(`sum(acswatch_hosts{${STREAMS}, status="${status}"})`)] })),
    ...Object.entries(severityColour).map(([severity, colour]) => number({
      title: `open: ${severity}`, text: "Alerts that are raised and not resolved.", colour,
      link: ["alerts", `/alerts?severity=${severity}`],
      queries: [query(`sum(acswatch_alerts_open{${STREAMS}, severity="${severity}"})`)] })),
    rows({ title: "Open by code", text: "docs/alerts has a page for each code.", width: 12, height: 9,
      link: ["alerts", "/alerts?code=${__data.fields.code}"],
      queries: [query(`sort_desc(sum by (code, severity) (acswatch_alerts_open{${STREAMS}}) > 0)`)] }),
    lines({ title: "Open by severity", text: "Over time.", width: 12, height: 9,
      link: ["alerts", "/alerts?severity=${__field.labels.severity}"],
      queries: [query(`sum by (severity) (acswatch_alerts_open{${STREAMS}})`, "{{severity}}")] }),
  ]],
  ["What happens", [
    lines({ title: "Alerts sent", text: "In five minutes, by what became of them.",
      queries: [query(`sum by (status, severity) (increase(acswatch_alerts_total{${STREAMS}}[5m]))`, "{{severity}} {{status}}")] }),
    lines({ title: "Hosts by status", text: "Over time.",
      link: ["hosts", "/?status=${__field.labels.status}"],
      queries: [query(`sum by (status) (acswatch_hosts{${STREAMS}})`, "{{status}}")] }),
    lines({ title: "Steps of kexecs", text: "In five minutes: images loaded and unloaded, hosts going down, hosts that came back to the same kernel.",
      queries: [query(`sum by (step) (increase(acswatch_kexec_events_total{${STREAMS}}[5m]))`, "{{step}}")] }),
  ]],
]);

const quantiles = (/** @type {string} */ metric) => [0.5, 0.9, 0.99].map((q) =>
  query(`histogram_quantile(${q}, sum by (le) (rate(${metric}_bucket{${STREAMS}}[5m])))`, `${q * 100} %`));

const pipeline = board("pipeline", "pipeline", "Whether frames become alerts, and how fast.", [
  ["Is it judging", [
    number({ title: "instances up", text: "That answer Prometheus.", width: 4, queries: [query(`sum(up{${STREAMS}})`)] }),
    number({ title: "broker away", text: "Instances that no broker answers.", width: 4, colour: LOSS_COLOUR,
      queries: [query(`count(acswatch_broker_reachable{${STREAMS}} == 0) or vector(0)`)] }),
    number({ title: "frames waiting", text: "Of all partitions.", width: 4, queries: [query(`max(acswatch_frames_unprocessed{${STREAMS}})`)] }),
    number({ title: "oldest waits", text: "Age of the oldest frame that is not judged.", width: 4, unit: "s",
      queries: [query(`max(acswatch_frame_oldest_unprocessed_age_seconds{${STREAMS}})`)] }),
    number({ title: "partitions", text: "That are judged.", width: 4, queries: [query(`sum(acswatch_partitions{${STREAMS}})`)] }),
    number({ title: "rejects, last hour", text: "acswatch rejects shows them.", width: 4, colour: "orange",
      queries: [query(`sum(increase(acswatch_rejects_total{${STREAMS}}[1h]))`)] }),
  ]],
  ["Frames", [
    lines({ title: "Frames by kind", text: "Taken in each second.", unit: "cps",
      queries: [query(`sum by (kind) (rate(acswatch_frames_total{${STREAMS}}[5m]))`, "{{kind}}")] }),
    lines({ title: "PCI functions decoded", text: "Each second.", unit: "cps",
      queries: [query(`sum(rate(acswatch_functions_decoded_total{${STREAMS}}[5m]))`, "functions")] }),
    lines({ title: "Judged and repeated", text: "Snapshots each second; one that tells nothing new is not judged.", unit: "cps",
      queries: [query(`sum(rate(acswatch_judgements_total{${STREAMS}}[5m]))`, "judged"), query(`sum(rate(acswatch_repetitions_skipped_total{${STREAMS}}[5m]))`, "nothing new")] }),
    lines({ title: "Waiting", text: "Frames that wait to be judged.",
      queries: [query(`max(acswatch_frames_unprocessed{${STREAMS}})`, "frames"), query(`max(acswatch_kafka_consumer_lag_records{${STREAMS}})`, "worst partition")] }),
    lines({ title: "Age of the oldest", text: "How long the oldest frame waits.", unit: "s",
      queries: [query(`max(acswatch_frame_oldest_unprocessed_age_seconds{${STREAMS}})`, "age"), query(`time() - max(acswatch_last_frame_timestamp_seconds{${STREAMS}} > 0)`, "since the last frame")] }),
    lines({ title: "Rejects by reason", text: "In five minutes.",
      queries: [query(`sum by (reason) (increase(acswatch_rejects_total{${STREAMS}}[5m]))`, "{{reason}}")] }),
  ]],
  ["Time", [
    lines({ title: "From frame to alert", text: "From the append of a frame to the alert it led to.", unit: "s", queries: quantiles("acswatch_alert_latency_seconds") }),
    lines({ title: "Decoding one record", text: "Checks included.", unit: "s", queries: quantiles("acswatch_decode_seconds") }),
    lines({ title: "Commits", text: "Mean and longest of the last minute.", unit: "s",
      queries: [query(`max(acswatch_kafka_commit_latency_seconds{${STREAMS}})`, "mean"), query(`max(acswatch_kafka_commit_latency_max_seconds{${STREAMS}})`, "longest")] }),
  ]],
  ["Kafka Streams", [
    lines({ title: "Instances by state", text: "What Kafka Streams is doing.",
      queries: [query(`sum by (state) (acswatch_streams_state{${STREAMS}})`, "{{state}}")] }),
    lines({ title: "Stream threads", text: "Alive, and ended by a failure in five minutes.",
      queries: [query(`sum(acswatch_kafka_stream_threads{${STREAMS}})`, "alive"), query(`sum(increase(acswatch_kafka_stream_threads_failed_total{${STREAMS}}[5m]))`, "failed")] }),
    lines({ title: "Partitions by instance", text: "Shared out evenly?",
      queries: [query(`acswatch_partitions{${STREAMS}}`, "{{instance}}"), query(`sum(increase(acswatch_kafka_rebalances_total{${STREAMS}}[5m]))`, "rebalances")] }),
    lines({ title: "Restoring", text: "Records still to be read back, and read back each second.",
      queries: [query(`sum(acswatch_restore_remaining_records{${STREAMS}})`, "to come"), query(`sum(acswatch_restore_partitions{${STREAMS}})`, "partitions"), query(`sum(rate(acswatch_restored_records_total{${STREAMS}}[5m]))`, "read back each second")] }),
    lines({ title: "State", text: "Bytes of the stores, on disk and in write buffers.", unit: "bytes",
      queries: [query(`sum by (instance) (acswatch_state_store_bytes{${STREAMS}})`, "{{instance}} disk"), query(`sum by (instance) (acswatch_state_memtable_bytes{${STREAMS}})`, "{{instance}} memory")] }),
    lines({ title: "Producer", text: "In five minutes: errors undo a transaction, retries are harmless.",
      queries: [query(`sum(increase(acswatch_kafka_producer_errors_total{${STREAMS}}[5m]))`, "errors"), query(`sum(increase(acswatch_kafka_producer_retries_total{${STREAMS}}[5m]))`, "retries")] }),
    lines({ title: "Transactions", text: "Commits each second, and the share of time spent waiting for them.",
      queries: [query(`sum(rate(acswatch_kafka_commits_total{${STREAMS}}[5m]))`, "commits"), query(`sum(rate(acswatch_kafka_transaction_commit_seconds_total{${STREAMS}}[5m]))`, "waiting")] }),
    lines({ title: "Read from Kafka", text: "As compressed.", unit: "Bps",
      queries: [query(`sum(rate(acswatch_kafka_consumed_bytes_total{${STREAMS}}[5m]))`, "bytes")] }),
    lines({ title: "Heap and processor", text: "Share of the largest heap, and cores.",
      queries: [query(`sum by (instance) (jvm_memory_bytes_used{${STREAMS}, area="heap"}) / sum by (instance) (jvm_memory_bytes_max{${STREAMS}, area="heap"})`, "{{instance}} heap"), query(`rate(process_cpu_seconds_total{${STREAMS}}[5m])`, "{{instance}} cores")] }),
    rows({ title: "What runs", text: "One version, but for upgrades.", height: 6, width: 24,
      queries: [query(`count by (version, java_version) (acswatch_build_info{${STREAMS}})`)] }),
  ]],
]);

const collectors = board("collectors", "collectors", "Whether hosts are seen: readers, spools and senders of all of them.", [
  ["All", [
    number({ title: "senders up", text: "That answer Prometheus.", width: 3, queries: [query(`sum(up{${COLLECTOR}})`)] }),
    number({ title: "senders down", text: "That do not.", width: 3, colour: LOSS_COLOUR, queries: [query(`count(up{${COLLECTOR}} == 0) or vector(0)`)] }),
    number({ title: "readers silent", text: "No report for five minutes.", width: 4, colour: LOSS_COLOUR,
      queries: [query(`count(time() - acswatch_reader_report_timestamp_seconds{${COLLECTOR}} > 300) or vector(0)`)] }),
    number({ title: "senders silent", text: "Nothing acknowledged for five minutes.", width: 4, colour: LOSS_COLOUR,
      queries: [query(`count(time() - acswatch_sender_last_acknowledged_timestamp_seconds{${COLLECTOR}} > 300) or vector(0)`)] }),
    number({ title: "blind readers", text: "That lack CAP_SYS_ADMIN and see no ACS register.", width: 3, colour: LOSS_COLOUR,
      queries: [query(`count(acswatch_reader_functions{${COLLECTOR}, status="truncated_unprivileged"} > 0) or vector(0)`)] }),
    number({ title: "given up, last hour", text: "Frames that spools gave up.", width: 3, colour: LOSS_COLOUR,
      queries: [query(`sum(increase(acswatch_spool_dropped_total{${COLLECTOR}}[1h]))`)] }),
    number({ title: "sources failing", text: "Sources of owners that do not see all.", width: 3, colour: "orange",
      queries: [query(`count(acswatch_reader_source_success{${COLLECTOR}} == 0) or vector(0)`)] }),
  ]],
  ["Spools and senders", [
    lines({ title: "Fullest spools", text: "Share of what may wait; the ten fullest.", unit: "percentunit",
      queries: [query(`topk(10, acswatch_spool_bytes{${COLLECTOR}} / acswatch_spool_limit_bytes{${COLLECTOR}})`, "{{instance}}")] }),
    lines({ title: "Oldest frames", text: "That wait; the ten worst hosts.", unit: "s",
      queries: [query(`topk(10, acswatch_spool_oldest_seconds{${COLLECTOR}})`, "{{instance}}")] }),
    lines({ title: "Frames that wait", text: "On all hosts.", queries: [query(`sum(acswatch_spool_frames{${COLLECTOR}})`, "frames")] }),
    lines({ title: "Sent", text: "Frames each second.", unit: "cps", queries: [query(`sum(rate(acswatch_sender_frames_total{${COLLECTOR}}[5m]))`, "frames")] }),
    lines({ title: "Sent bytes", text: "Before compression.", unit: "Bps", queries: [query(`sum(rate(acswatch_sender_bytes_total{${COLLECTOR}}[5m]))`, "bytes")] }),
    lines({ title: "Not sent", text: "In five minutes: attempts that failed, frames given up, set aside.",
      queries: [query(`sum(increase(acswatch_sender_failures_total{${COLLECTOR}}[5m]))`, "failed"),
        query(`sum by (reason) (increase(acswatch_spool_dropped_total{${COLLECTOR}}[5m]))`, "given up: {{reason}}"), query(`sum by (reason) (increase(acswatch_spool_set_aside_total{${COLLECTOR}}[5m]))`, "set aside: {{reason}}")] }),
  ]],
  ["Readers", [
    lines({ title: "Functions by read", text: "How the last read of each went, all hosts.",
      queries: [query(`sum by (status) (acswatch_reader_functions{${COLLECTOR}})`, "{{status}}")] }),
    lines({ title: "Reads", text: "Functions looked into each second; left alone; stuck in five minutes.",
      queries: [query(`sum(rate(acswatch_reader_reads_total{${COLLECTOR}}[5m]))`, "reads"), query(`sum(rate(acswatch_reader_reads_skipped_total{${COLLECTOR}}[5m]))`, "left alone"), query(`sum(increase(acswatch_reader_reads_stuck_total{${COLLECTOR}}[5m]))`, "stuck")] }),
    lines({ title: "Sources that see all", text: "Share of hosts, by source.", unit: "percentunit",
      queries: [query(`avg by (source) (acswatch_reader_source_success{${COLLECTOR}})`, "{{source}}")] }),
    lines({ title: "Conflicts of owners", text: "Functions that several VMs claim; hosts with an image for a kexec loaded.",
      queries: [query(`sum(acswatch_reader_owner_conflicts{${COLLECTOR}})`, "conflicts"), query(`sum(acswatch_reader_kexec_loaded{${COLLECTOR}})`, "kexec loaded")] }),
    lines({ title: "Memory", text: "Of readers and senders, the largest.", unit: "bytes",
      queries: [query(`max(acswatch_reader_resident_memory_bytes{${COLLECTOR}})`, "reader"), query(`max(acswatch_sender_resident_memory_bytes{${COLLECTOR}})`, "sender")] }),
    lines({ title: "Processor", text: "Cores, mean of all hosts.",
      queries: [query(`avg(rate(acswatch_reader_cpu_seconds_total{${COLLECTOR}}[5m]))`, "reader"), query(`avg(rate(acswatch_sender_cpu_seconds_total{${COLLECTOR}}[5m]))`, "sender")] }),
    rows({ title: "What runs", text: "Hosts by version of the collector.", width: 8,
      queries: [query(`count by (version) (acswatch_collector_build_info{${COLLECTOR}})`)] }),
    rows({ title: "Hosts with unread functions", text: "The fifty with most: gone, not ready, torn or refused.", width: 16,
      link: ["host", "/?q=${__data.fields.instance}"],
      queries: [query(`topk(50, sum by (instance) (acswatch_reader_functions{${COLLECTOR}, status!~"complete|asleep"}))`)] }),
  ]],
]);

const host = board("host", "one host", "The collector of one host. What is known of the host itself is on its page.", [
  ["$host", [
    number({ title: "sender", text: "1 if it answers.", width: 4, link: ["the host's page", "/host?id=${host}"], queries: [query(`min(up{${HOST}})`)] }),
    number({ title: "reader reported", text: "How long ago.", width: 4, unit: "s", queries: [query(`time() - max(acswatch_reader_report_timestamp_seconds{${HOST}})`)] }),
    number({ title: "last acknowledged", text: "How long ago a broker took a frame.", width: 4, unit: "s",
      queries: [query(`time() - max(acswatch_sender_last_acknowledged_timestamp_seconds{${HOST}})`)] }),
    number({ title: "frames waiting", text: "In the spool.", width: 4, queries: [query(`sum(acswatch_spool_frames{${HOST}})`)] }),
    number({ title: "given up", text: "Frames, since the reader started.", width: 4, colour: LOSS_COLOUR, queries: [query(`sum(acswatch_spool_dropped_total{${HOST}})`)] }),
    number({ title: "looks failed", text: "Since the reader started.", width: 4, colour: "orange", queries: [query(`sum(acswatch_reader_failures_total{${HOST}})`)] }),
  ]],
  ["Reading", [
    lines({ title: "Functions by read", text: "How the last read of each went.", link: ["the host's page", "/host?id=${host}"],
      queries: [query(`sum by (status) (acswatch_reader_functions{${HOST}})`, "{{status}}")] }),
    lines({ title: "Looks", text: "At every function, in five minutes; functions looked into each second.",
      queries: [query(`sum(increase(acswatch_reader_sweeps_total{${HOST}}[5m]))`, "sweeps"), query(`sum(rate(acswatch_reader_reads_total{${HOST}}[5m]))`, "reads each second")] }),
    lines({ title: "Sources of owners", text: "1 if the last reading saw all.",
      queries: [query(`min by (source) (acswatch_reader_source_success{${HOST}})`, "{{source}}")] }),
    lines({ title: "Time of sources", text: "Of the last reading.", unit: "s",
      queries: [query(`max by (source) (acswatch_reader_source_duration_seconds{${HOST}})`, "{{source}}")] }),
    lines({ title: "Left alone and stuck", text: "Functions, in five minutes.",
      queries: [query(`sum(increase(acswatch_reader_reads_skipped_total{${HOST}}[5m]))`, "left alone"), query(`sum(increase(acswatch_reader_reads_stuck_total{${HOST}}[5m]))`, "stuck")] }),
    rows({ title: "What runs", text: "Version of the collector.", queries: [query(`count by (version) (acswatch_collector_build_info{${HOST}})`)] }),
  ]],
  ["Sending", [
    lines({ title: "Spool", text: "Bytes that wait, and may wait.", unit: "bytes",
      queries: [query(`sum(acswatch_spool_bytes{${HOST}})`, "wait"), query(`sum(acswatch_spool_limit_bytes{${HOST}})`, "limit")] }),
    lines({ title: "Oldest frame", text: "How long it waits.", unit: "s", queries: [query(`max(acswatch_spool_oldest_seconds{${HOST}})`, "age")] }),
    lines({ title: "Sent and not", text: "Frames in five minutes.",
      queries: [query(`sum(increase(acswatch_sender_frames_total{${HOST}}[5m]))`, "sent"), query(`sum(increase(acswatch_sender_failures_total{${HOST}}[5m]))`, "failed attempts"),
        query(`sum by (reason) (increase(acswatch_spool_set_aside_total{${HOST}}[5m]))`, "set aside: {{reason}}")] }),
  ]],
], [
  new dashboard.QueryVariableBuilder("host").label("Host").datasource(DATASOURCE)
    .query(`label_values(up{${COLLECTOR}}, instance)`)
    .regex("/^(.*?)(:[0-9]+)?$/")
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc),
]);

const directory = process.argv[2];
if (!directory) throw new Error("usage: node dashboards.mjs DIRECTORY");
for (const [name, built] of Object.entries({ fleet, pipeline, collectors, host })) {
  writeFileSync(join(directory, `${name}.json`), JSON.stringify(built, null, 2) + "\n");
}
