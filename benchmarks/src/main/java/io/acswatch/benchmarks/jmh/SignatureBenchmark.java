package io.acswatch.benchmarks.jmh;

import io.acswatch.wire.frame.FrameSignature;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Time to sign a frame, and to verify that; sizes of a heartbeat and of 100 functions. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class SignatureBenchmark {
  private static final byte[] HOST = "rack7-host12".getBytes(StandardCharsets.UTF_8);

  @Param({"370", "48600"})
  public int bytes;

  private KeyPair pair;
  private byte[] frame;
  private byte[] signature;

  /** Signs a frame, and refuses to measure a wrong answer. */
  @Setup
  public void setUp() throws GeneralSecurityException {
    pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    frame = new byte[bytes];
    signature = sign();
    if (!verify()) {
      throw new IllegalStateException("the signature does not hold");
    }
  }

  @Benchmark
  public byte[] sign() throws GeneralSecurityException {
    return FrameSignature.sign(pair, HOST, frame);
  }

  @Benchmark
  public boolean verify() {
    return FrameSignature.isOf(signature, HOST, frame);
  }
}
