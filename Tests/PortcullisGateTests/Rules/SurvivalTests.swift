import PortcullisCore
import PortcullisGate
import Testing

// Clopper–Pearson limits from scipy 1.10.

@Test func aPassSaysHowMuchWorseItCouldHaveBeen() {
  // Lower limits of 59, 58 and 57 of 60: 0.9234, 0.8988 and 0.8758.
  let rate = Rule.passRate(PassRateRule(limit: .min(0.88)))
  let passed = cases(59, "a", candidate: "P") + cases(1, "b", candidate: "F")
  #expect(ruling(rate, passed, arms: [.candidate]).next == "it would still pass with one more failed case")
  // Upper limits of 0, 1, 2 and 3 of 150: 0.0198, 0.0312, 0.0414 and 0.0509.
  #expect(
    ruling(.errorRate(ErrorRateRule()), cases(150, "a", candidate: "P"), arms: [.candidate]).next
      == "it would still pass with 2 more failed calls")
  let latency = Rule.latency(LatencyRule(limit: .absolute(.seconds(1))))
  let quick = (0..<150).map { Sample(numbered("a", $0), candidate: "P", latency: 5) }
  #expect(ruling(latency, quick, arms: [.candidate]).next == "it would still pass with 2 more calls over the limit")
  #expect(ruling(latency, Array(quick.prefix(59)), arms: [.candidate]).next == "one more call over the limit would have lost the pass")
}
