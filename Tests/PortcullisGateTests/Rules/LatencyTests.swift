import PortcullisCore
import PortcullisGate
import Testing

// Exact binomial limits and order statistics from scipy 1.10; the ratio written out anew from statistics.md §7.

private func within(_ limit: Duration, quantile: Double = 0.95) -> Rule {
  .latency(LatencyRule(quantile: quantile, limit: .absolute(limit)))
}
private let increase = Rule.latency(LatencyRule(limit: .increase(0.20)))

private func calls(_ latencies: [Int], production: [Int]? = nil) -> [Sample] {
  latencies.enumerated().map { index, latency in
    Sample(
      numbered("a", index), candidate: "P", production: production == nil ? "" : "P", latency: latency,
      productionLatency: production?[index])
  }
}

@Test func aQuantileIsJudgedByTheCallsOverItsLimit() {
  // 10, 20, … 1000 ms: two of a hundred are over 980 ms; the exact upper limit of that share is 6.16 %.
  let open = ruling(within(.milliseconds(980)), calls((1...100).map { $0 * 10 }), arms: [.candidate])
  #expect(open.verdict == .inconclusive)
  #expect(open.reason == .cannotExcludeMargin)
  #expect(near(open.estimate, 0.95))
  #expect(near(open.interval?.lower, 0.91))
  #expect(near(open.interval?.upper, 0.99))
  #expect(open.limit == 0.98)
  #expect(open.sentence.contains("2 of 100 calls took longer than 980 ms; P95 is 950 ms"))
  #expect(open.sentence.contains("closed loop, concurrency 16"))
  #expect(ruling(within(.milliseconds(1000)), calls((1...100).map { $0 * 10 }), arms: [.candidate]).verdict == .pass)
  // Twelve over: the lower limit of the share is 7.07 %.
  #expect(ruling(within(.milliseconds(880)), calls((1...100).map { $0 * 10 }), arms: [.candidate]).verdict == .fail)
}

@Test func aP95TakesFiftyNineCallsAndAP99TwoHundredAndNinetyNine() {
  #expect(ruling(within(.seconds(1)), calls([Int](repeating: 5, count: 59)), arms: [.candidate]).verdict == .pass)
  let short = ruling(within(.seconds(1)), calls([Int](repeating: 5, count: 58)), arms: [.candidate])
  #expect(short.reason == .tooFewCases)
  #expect(short.next == "at least 59 cases for a P95")
  #expect(ruling(within(.seconds(1), quantile: 0.99), calls([Int](repeating: 5, count: 299)), arms: [.candidate]).verdict == .pass)
  #expect(ruling(within(.seconds(1), quantile: 0.99), calls([Int](repeating: 5, count: 298)), arms: [.candidate]).verdict == .inconclusive)
}

@Test func aMissingCallCountsAsOverTheLimitAndATimeoutIsOneForAFailToo() {
  let good = calls([Int](repeating: 5, count: 100))
  let open = ruling(within(.seconds(1)), good + cases(20, "x", candidate: "X"), arms: [.candidate])
  #expect(open.verdict == .inconclusive)
  #expect(open.reason == .missingEvidence)
  #expect(open.missing == 20)
  #expect(ruling(within(.seconds(1)), good + cases(20, "t", candidate: "T"), arms: [.candidate]).verdict == .fail)
  #expect(ruling(within(.seconds(1)), good + cases(1, "x", candidate: "X"), arms: [.candidate]).verdict == .pass)
}

@Test func answersOfAnEarlierRunAndUnknownLatenciesAreNoEvidence() {
  let reused = (0..<100).map { Sample(numbered("a", $0), candidate: "P", isReused: true, latency: 5) }
  let none = ruling(within(.seconds(1)), reused, arms: [.candidate])
  #expect(none.verdict == .inconclusive)
  #expect(none.sentence.contains("100 answers of an earlier run are no evidence"))
  #expect(ruling(within(.seconds(1)), cases(100, "a", candidate: "P"), arms: [.candidate]).reason == .missingEvidence)
  #expect(
    ruling(within(.seconds(1)), calls([Int](repeating: 5, count: 100)) + reused.prefix(20), arms: [.candidate]).verdict == .inconclusive)
}

@Test func repeatsOfFewPromptsAreNotManyPrompts() {
  let few = (0..<10).map { Sample(numbered("a", $0), candidate: String(repeating: "P", count: 20), latency: 5) }
  let ruling = ruling(within(.seconds(1)), few, arms: [.candidate])
  #expect(ruling.verdict == .inconclusive)
  #expect(ruling.reason == .tooFewCases)
  #expect(ruling.count == 200)
}

@Test func quantilesOfTheArmsAreComparedByTheirLimits() {
  let pass = ruling(increase, calls((0..<200).map { 1000 + $0 }, production: (0..<200).map { 1000 + 2 * $0 }))
  #expect(pass.verdict == .pass)
  #expect(near(pass.estimate, 0.8628447024673437))
  #expect(near(pass.interval?.lower, 0.8545664996942147))
  #expect(near(pass.interval?.upper, 0.8705177941188457))
  #expect(pass.unit == .ratio)
  let fail = ruling(increase, calls((0..<200).map { 1500 + $0 }, production: (0..<200).map { 1000 + $0 }))
  #expect(fail.verdict == .fail)
  #expect(near(fail.estimate, 1.420521446593776))
  #expect(near(fail.interval?.lower, 1.4122472659515215))
}

@Test func aMissingCallNeverHelpsTheRatio() {
  let values = (0..<200).map { 1000 + $0 }
  let equal = calls(values, production: values)
  #expect(ruling(increase, equal).verdict == .pass)
  // Slow answers of the candidate that were lost; answers of production that were lost and may have been quick ones.
  let candidateLost = cases(20, "x", candidate: "X").map { Sample($0.facts.id.text, candidate: "X", production: "P", latency: 1000) }
  #expect(ruling(increase, equal + candidateLost).verdict == .inconclusive)
  let spread = (0..<200).map { $0 < 180 ? 100 : 1000 }
  let productionLost = (0..<80).map { Sample(numbered("y", $0), candidate: "P", production: "X", latency: 1000) }
  #expect(ruling(increase, calls(spread, production: spread)).verdict == .pass)
  #expect(ruling(increase, calls(spread, production: spread) + productionLost).verdict == .inconclusive)
}

@Test func withoutProductionAnIncreaseIsUndecided() {
  let ruling = ruling(increase, calls([Int](repeating: 5, count: 100)), arms: [.candidate])
  #expect(ruling.verdict == .inconclusive)
  #expect(ruling.reason == .armsNotComparable)
}

@Test func callsGivenTwiceAreNoEvidence() {
  var samples = calls([Int](repeating: 5, count: 59))
  samples[0].trials += samples[0].trials
  let open = ruling(within(.seconds(1)), samples, arms: [.candidate])
  #expect(open.verdict == .inconclusive)
  #expect(open.count == 58)
}
