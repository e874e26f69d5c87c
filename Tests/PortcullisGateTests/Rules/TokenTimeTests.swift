import PortcullisCore
import PortcullisGate
import Testing

// TTFT and TPOT, statistics.md §7: quantiles like those of latencies.

private func ttft(_ limit: LatencyRule.Limit) -> Rule { .ttft(LatencyRule(limit: limit)) }
private func tpot(_ limit: LatencyRule.Limit) -> Rule { .tpot(LatencyRule(limit: limit)) }

/// One call, its times in milliseconds.
private func call(
  _ id: String, _ arm: Arm = .candidate, latency: Int? = 1000, ttft: Int? = 200, output: Int? = 101, state: TrialFacts.State = .passed,
  isReused: Bool = false, isRecorded: Bool = false
) -> Sample {
  var sample = Sample(id, candidate: "")
  sample.trials = [
    TrialFacts(
      arm: arm, state: state, latency: latency.map { .milliseconds($0) }, ttft: ttft.map { .milliseconds($0) },
      tokens: TokenUsage(input: 5, output: output), isReused: isReused, isRecorded: isRecorded)
  ]
  return sample
}

private func calls(_ count: Int, _ make: (Int) -> Sample) -> [Sample] { (0..<count).map(make) }

@Test func firstTokensAreJudgedByTheCallsThatWaitedLonger() {
  let waits = calls(100) { call(numbered("a", $0), latency: 5000, ttft: 10 * ($0 + 1)) }
  let open = ruling(ttft(.absolute(.milliseconds(980))), waits, arms: [.candidate])
  #expect(open.rule == "ttft" && open.metric == "P95" && open.unit == .seconds)
  // As of latencies: two of a hundred over it may be 6.16 %.
  #expect(open.verdict == .inconclusive)
  #expect(near(open.estimate, 0.95))
  #expect(near(open.interval?.lower, 0.91))
  #expect(near(open.interval?.upper, 0.99))
  #expect(
    open.sentence.hasPrefix("2 of 100 calls waited longer than 980 ms for the first token; P95 is 950 ms; a share over it above 5 %"))
  #expect(ruling(ttft(.absolute(.milliseconds(1000))), waits, arms: [.candidate]).verdict == .pass)
  #expect(ruling(ttft(.absolute(.milliseconds(880))), waits, arms: [.candidate]).verdict == .fail)
}

/// A stream without a first token, an answer that was not streamed, one of an earlier run, and a failed call.
@Test func whatHasNoFirstTokenCountsAsOverTheLimitAgainstAPassOnly() {
  let good = calls(100) { call(numbered("a", $0)) }
  let limit = ttft(.absolute(.milliseconds(500)))
  for lost in [
    calls(20) { call(numbered("z", $0), ttft: nil) }, calls(20) { call(numbered("z", $0), isReused: true) },
    calls(20) { call(numbered("z", $0), state: .callFailed(.server)) },
  ] {
    let open = ruling(limit, good + lost, arms: [.candidate])
    #expect(open.verdict == .inconclusive && open.reason == .missingEvidence && open.missing == 20)
    #expect(open.sentence.contains("20 without a time to the first token counted as over it"))
  }
  #expect(ruling(limit, good + calls(20) { call(numbered("z", $0), state: .callFailed(.timeout)) }, arms: [.candidate]).verdict == .fail)
  let none = ruling(limit, calls(100) { call(numbered("z", $0), ttft: nil) }, arms: [.candidate])
  #expect(none.sentence == "No time to the first token of the candidate is known.")
  #expect(none.next?.contains("'ttft_ms'") == true)
}

@Test func theTimePerTokenIsTheStreamAfterItsFirstToken() {
  // (1000 − 200) ms over 100 gaps: 8 ms.
  let found = ruling(tpot(.absolute(.milliseconds(8))), calls(59) { call(numbered("a", $0)) }, arms: [.candidate])
  #expect(found.verdict == .pass)
  #expect(near(found.estimate, 0.008))
  #expect(found.sentence.hasPrefix("0 of 59 calls took longer than 8 ms a token; P95 is 8 ms"))
  // A remainder is rounded up, so that no call comes below a limit by it: 800 001 µs over 100 gaps.
  var odd = calls(59) { call(numbered("a", $0)) }
  for place in odd.indices {
    odd[place].trials = [
      TrialFacts(
        arm: .candidate, state: .passed, latency: .microseconds(1_000_001), ttft: .milliseconds(200),
        tokens: TokenUsage(input: 5, output: 101))
    ]
  }
  #expect(ruling(tpot(.absolute(.milliseconds(8))), odd, arms: [.candidate]).verdict == .fail)
}

@Test(arguments: [
  (latency: 1000 as Int?, ttft: 200 as Int?, output: 1 as Int?, isShort: true), (1000, 200, 0, true), (nil, 200, 101, false),
  (1000, nil, 101, false), (1000, 200, nil, false), (100, 200, 101, false),
]) func anAnswerWithoutATimePerTokenIsNoQuickOne(_ row: (latency: Int?, ttft: Int?, output: Int?, isShort: Bool)) {
  let lost = calls(10) { call(numbered("z", $0), latency: row.latency, ttft: row.ttft, output: row.output) }
  let open = ruling(tpot(.absolute(.milliseconds(50))), calls(100) { call(numbered("a", $0)) } + lost, arms: [.candidate])
  #expect(open.verdict == .inconclusive && open.missing == 10)
  #expect(open.sentence.contains("(10 answers of fewer than two tokens have no time per token)") == row.isShort)
  #expect(ruling(tpot(.absolute(.milliseconds(50))), lost, arms: [.candidate]).reason == .missingEvidence)
}

@Test func quantilesOfFirstTokensAreComparedWithProductions() {
  func both(_ factor: Int) -> [Sample] {
    calls(200) { index in
      var sample = call(numbered("a", index), ttft: factor * (100 + index) / 10)
      sample.trials += call("p", .production, ttft: 100 + index).trials
      return sample
    }
  }
  let rule = ttft(.increase(0.20))
  #expect(ruling(rule, both(10)).verdict == .pass)
  let fail = ruling(rule, both(20))
  #expect(fail.verdict == .fail)
  #expect(near(fail.estimate, 2))
  #expect(fail.sentence.hasPrefix("The candidate's P95 of the time to the first token is 2.00 times production's, at least"))
  #expect(ruling(rule, both(10), arms: [.candidate]).reason == .armsNotComparable)
  #expect(ruling(tpot(.increase(0.20)), both(10)).verdict == .pass)
}

@Test func recordedTimesAreCalledRecorded() {
  let recorded = calls(59) { call(numbered("a", $0), isRecorded: true) }
  #expect(ruling(ttft(.absolute(.seconds(1))), recorded, arms: [.candidate]).sentence.contains("recorded answers"))
}

@Test func eachMeasureIsCountedForTheRulesThatAskForIt() {
  let policy = Policy(offline: [
    PolicyRule(ttft(.absolute(.milliseconds(300)))), PolicyRule(tpot(.absolute(.milliseconds(9)))),
    PolicyRule(.latency(LatencyRule(limit: .absolute(.milliseconds(1100))))), PolicyRule(ttft(.absolute(.milliseconds(100)))),
  ])
  let found = decision(calls(59) { call(numbered("a", $0)) }, policy, arms: [.candidate]).rulings
  #expect(found.prefix(4).map(\.verdict) == [.pass, .pass, .pass, .fail])
  #expect(zip(found.prefix(4), [0.2, 0.008, 1.0, 0.2]).allSatisfy { near($0.estimate, $1) })
}
