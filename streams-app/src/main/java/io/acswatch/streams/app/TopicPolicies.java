package io.acswatch.streams.app;

import io.acswatch.streams.incident.IncidentStores;
import io.acswatch.streams.kernel.KernelStores;
import io.acswatch.streams.state.Changelogs;
import io.acswatch.streams.topology.Nodes;
import io.acswatch.wire.TopicNames;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.TopicConfig;

/**
 * How each topic is kept.
 *
 * <table>
 *   <caption>Policies</caption>
 *   <tr><td>frames</td><td>kept 7 days, so that a replay reaches back over a weekend; never less
 *       than the hour between two whole snapshots of a host</td></tr>
 *   <tr><td>commands</td><td>kept 7 days, as the frames are; in as many partitions, so that the
 *       commands on a host come to the task that keeps it</td></tr>
 *   <tr><td>alerts</td><td>kept 90 days: the history</td></tr>
 *   <tr><td>host-keys, alert-state, groups, incidents, kernels</td><td>compacted; tombstones stay 7 days for readers that were
 *       away</td></tr>
 *   <tr><td>rejects</td><td>kept 14 days; take a little more than the largest frame, for their
 *       headers</td></tr>
 * </table>
 *
 * <p>Records carry the time at which the broker took them. A host may come up with its clock years
 * off: by the host's time brokers refuse a frame from tomorrow, and retention deletes one from
 * 1970, and the alert it leads to, within minutes. When a host was looked at is said in the values.
 */
final class TopicPolicies {
  private static final int COMMAND_BYTES = 64 << 10;
  private static final String BROKERS_TIME = "LogAppendTime";

  private TopicPolicies() {}

  static Map<String, Map<String, String>> of(TopicNames names) {
    Map<String, Map<String, String>> policies = new LinkedHashMap<>();
    policies.put(names.frames(), kept(7, Nodes.MAX_RECORD_BYTES));
    policies.put(names.commands(), kept(7, COMMAND_BYTES));
    policies.put(names.hostKeys(), compacted(COMMAND_BYTES));
    policies.put(names.alerts(), kept(90, Nodes.MAX_RECORD_BYTES));
    policies.put(names.alertState(), compacted(Nodes.MAX_RECORD_BYTES));
    policies.put(names.groups(), compacted(Nodes.MAX_RECORD_BYTES));
    policies.put(names.incidents(), compacted(Nodes.MAX_RECORD_BYTES));
    policies.put(names.kernels(), compacted(Nodes.MAX_RECORD_BYTES));
    policies.put(names.rejects(), kept(14, KafkaSettings.MAX_REQUEST_BYTES));
    return policies;
  }

  /** The same of the topics that the application makes for itself. */
  static Map<String, Map<String, String>> internal(String applicationId) {
    Map<String, Map<String, String>> policies = new TreeMap<>();
    policies.put(changelog(applicationId, Nodes.HOST_STATE), Changelogs.SETTINGS);
    for (List<String> stores : List.of(IncidentStores.ALL, KernelStores.ALL)) {
      stores.forEach(store -> policies.put(changelog(applicationId, store), Changelogs.SETTINGS));
    }
    for (String passing : List.of(IncidentStores.CAUSES, KernelStores.TOLD)) {
      policies.put(
          applicationId + "-" + passing + "-repartition",
          Map.of(
              TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
              Integer.toString(Changelogs.MAX_RECORD_BYTES),
              TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG,
              Changelogs.ANY_TIME));
    }
    return policies;
  }

  static String changelog(String applicationId, String store) {
    return applicationId + "-" + store + "-changelog";
  }

  private static Map<String, String> kept(int days, int recordBytes) {
    return new TreeMap<>(
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.RETENTION_MS_CONFIG,
            millis(days),
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
            BROKERS_TIME,
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            Integer.toString(recordBytes)));
  }

  private static Map<String, String> compacted(int recordBytes) {
    return new TreeMap<>(
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT,
            TopicConfig.DELETE_RETENTION_MS_CONFIG, millis(7),
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, BROKERS_TIME,
            // A segment is compacted when it is closed; a quiet topic would wait a week for that.
            TopicConfig.SEGMENT_MS_CONFIG, millis(1),
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(recordBytes)));
  }

  private static String millis(int days) {
    return Long.toString(Duration.ofDays(days).toMillis());
  }
}
