package io.acswatch.collector.agent;

import io.acswatch.collector.source.HostReader.WatchedWord;
import io.acswatch.pci.capture.Capture;
import io.acswatch.pci.capture.CapturedFunction;
import io.acswatch.pci.config.capability.AcsCapability;
import io.acswatch.pci.config.capability.AcsRegisters;
import io.acswatch.pci.hierarchy.ConfigFacts;
import io.acswatch.pci.hierarchy.FunctionDecoder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds the ACS Control words that isolation hangs on: those of ports, and of devices with several
 * functions. A single function's own word decides nothing.
 */
final class WatchedWords {
  private WatchedWords() {}

  static List<WatchedWord> of(Capture capture) {
    Set<Integer> severalFunctions = new HashSet<>();
    for (CapturedFunction function : capture.functions()) {
      if (function.address().function() != 0) {
        severalFunctions.add(slot(function));
      }
    }
    FunctionDecoder decoder = new FunctionDecoder();
    List<WatchedWord> words = new ArrayList<>();
    for (CapturedFunction function : capture.functions()) {
      ConfigFacts facts = decoder.decode(function.config(), function.readStatus());
      AcsRegisters acs = facts.acs();
      boolean matters =
          facts.claimedType().isPort()
              || facts.multiFunctionBit()
              || severalFunctions.contains(slot(function));
      if (acs != null && matters) {
        words.add(
            new WatchedWord(
                function.address(), acs.offset() + AcsCapability.CONTROL_OFFSET, acs.control()));
      }
    }
    return words;
  }

  private static int slot(CapturedFunction function) {
    return function.address().domain() << 13 ^ function.address().requesterId() >>> 3;
  }
}
