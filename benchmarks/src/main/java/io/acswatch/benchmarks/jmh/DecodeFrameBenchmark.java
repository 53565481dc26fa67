package io.acswatch.benchmarks.jmh;

import io.acswatch.benchmarks.walk.Corpus;
import io.acswatch.pci.config.ArrayConfigSpace;
import io.acswatch.pci.config.ReadStatus;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import io.acswatch.pci.snapshot.Snapshot;
import io.acswatch.wire.facts.FactsReader;
import io.acswatch.wire.facts.FactsWriter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Time to make a snapshot of a frame, per function: what the streams application does with each
 * record before it is judged. Beside it what two parts of that take by themselves.
 */
public class DecodeFrameBenchmark extends FrameBenchmark {
  private final FunctionDecoder functions = new FunctionDecoder();
  private final ArrayConfigSpace view = new ArrayConfigSpace();
  private byte[][] arrays;
  private byte[] frame;
  private byte[] facts;
  private Snapshot snapshot;

  /** Loads the frame, and refuses to measure a wrong answer. */
  @Setup
  public void setUp() {
    Corpus corpus = Corpus.load();
    arrays = corpus.dense().toArray(new byte[0][]);
    frame = corpus.frame();
    snapshot = wholeFrame();
    facts = packedFacts();
    long withAcs = snapshot.functions().stream().filter(f -> f.config().acs() != null).count();
    if (withAcs != Corpus.WITH_ACS
        || checkOnly() != Corpus.FUNCTIONS
        || !unpackedFacts().equals(snapshot)) {
      throw new IllegalStateException("withAcs=" + withAcs + ", expected " + Corpus.WITH_ACS);
    }
  }

  @Benchmark
  @OperationsPerInvocation(Corpus.FUNCTIONS)
  public Snapshot wholeFrame() {
    return decoded(frame);
  }

  @Benchmark
  @OperationsPerInvocation(Corpus.FUNCTIONS)
  public byte[] packedFacts() {
    return FactsWriter.write(snapshot);
  }

  @Benchmark
  @OperationsPerInvocation(Corpus.FUNCTIONS)
  public Snapshot unpackedFacts() {
    return FactsReader.read(
        facts, 0, facts.length, snapshot.takenAtMillis(), snapshot.sequence(), null);
  }

  @Benchmark
  @OperationsPerInvocation(Corpus.FUNCTIONS)
  public int checkOnly() {
    return reader.wrap(frame) == null ? reader.functionCount() : -1;
  }

  /** The facts of each function alone, out of dense arrays. */
  @Benchmark
  @OperationsPerInvocation(Corpus.FUNCTIONS)
  public void factsOfByteArrays(Blackhole sink) {
    for (byte[] bytes : arrays) {
      sink.consume(functions.decode(view.wrap(bytes, 0, bytes.length), ReadStatus.COMPLETE));
    }
  }
}
