package io.acswatch.collector.agent;

import io.acswatch.cli.DaemonThread;
import io.acswatch.cli.ExitCode;
import io.acswatch.cli.Program;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;

/**
 * Answers what one sender asks a broker, and forgets its frames. An archive of classes has those
 * that its process loads: it is made while a sender sends, on hosts where no broker is. Made by a
 * sender without a broker it would lack 565 classes of 3,204.
 */
public final class StandInBroker {
  private static final List<ApiKeys> KNOWN =
      List.of(ApiKeys.API_VERSIONS, ApiKeys.METADATA, ApiKeys.INIT_PRODUCER_ID, ApiKeys.PRODUCE);
  private static final Uuid TOPIC_ID = new Uuid(0, 16);

  private final ServerSocket server;

  StandInBroker() throws IOException {
    server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
  }

  /** Prints its port, and answers until it is killed. */
  public static void main(String[] arguments) {
    Program.run(
        say -> {
          StandInBroker broker = new StandInBroker();
          say.accept(Integer.toString(broker.port()));
          broker.run();
          return ExitCode.OK;
        });
  }

  int port() {
    return server.getLocalPort();
  }

  /** Answers; a connection each its own thread. */
  void run() throws IOException {
    while (true) {
      Socket client = server.accept();
      DaemonThread.start("stand-in-broker", () -> answerAll(client));
    }
  }

  private void answerAll(Socket client) {
    try (client) {
      DataInputStream in = new DataInputStream(client.getInputStream());
      DataOutputStream out = new DataOutputStream(client.getOutputStream());
      while (true) {
        ByteBuffer answer = answer(ByteBuffer.wrap(in.readNBytes(in.readInt())));
        out.writeInt(answer.remaining());
        out.write(answer.array(), answer.position(), answer.remaining());
      }
    } catch (IOException ended) {
      return; // the client has seen enough
    }
  }

  private ByteBuffer answer(ByteBuffer request) throws EOFException {
    RequestHeader header = RequestHeader.parse(request);
    ApiKeys key = header.apiKey();
    short version = header.apiVersion();
    ByteBufferAccessor rest = new ByteBufferAccessor(request);
    ApiMessage answer =
        switch (key) {
          case API_VERSIONS -> versions();
          case METADATA -> metadata(new MetadataRequestData(rest, version));
          case INIT_PRODUCER_ID -> new InitProducerIdResponseData().setProducerId(1);
          case PRODUCE -> acknowledged(new ProduceRequestData(rest, version));
          default -> throw new EOFException("a request that it did not offer: " + key);
        };
    return RequestUtils.serialize(
        header.toResponseHeader().data(), key.responseHeaderVersion(version), answer, version);
  }

  private static ApiMessage versions() {
    ApiVersionCollection known = new ApiVersionCollection();
    KNOWN.forEach(key -> key.toApiVersion(false).ifPresent(known::add));
    return new ApiVersionsResponseData().setApiKeys(known);
  }

  private ApiMessage metadata(MetadataRequestData request) {
    MetadataResponseData answer = new MetadataResponseData().setClusterId("stand-in");
    answer
        .brokers()
        .add(new MetadataResponseBroker().setNodeId(0).setHost("127.0.0.1").setPort(port()));
    for (MetadataRequestData.MetadataRequestTopic topic : request.topics()) {
      answer
          .topics()
          .add(
              new MetadataResponseTopic()
                  .setName(topic.name())
                  .setTopicId(TOPIC_ID)
                  .setPartitions(
                      List.of(
                          new MetadataResponsePartition()
                              .setLeaderId(0)
                              .setLeaderEpoch(0)
                              .setReplicaNodes(List.of(0))
                              .setIsrNodes(List.of(0)))));
    }
    return answer;
  }

  private static ApiMessage acknowledged(ProduceRequestData request) {
    ProduceResponseData answer = new ProduceResponseData();
    for (ProduceRequestData.TopicProduceData topic : request.topicData()) {
      answer
          .responses()
          .add(
              new TopicProduceResponse()
                  .setName(topic.name())
                  .setTopicId(topic.topicId())
                  .setPartitionResponses(List.of(new PartitionProduceResponse())));
    }
    return answer;
  }
}
