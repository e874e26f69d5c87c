import PortcullisCore
import PortcullisGate
import Testing

// Bounds by numpy and scipy 1.17, written out anew from statistics.md §5.

private func atLeast(_ mean: Double, slices: [String] = []) -> Rule {
  .score(ScoreRule(metric: "helpful", limit: .min(mean), slices: slices))
}

private func margin(_ loss: Double, slices: [String] = []) -> Rule {
  .score(ScoreRule(metric: "helpful", limit: .margin(loss), slices: slices))
}

private func compared(_ loss: Double, slices: [String] = [], watch: [String] = [], superiority: Bool = false) -> Rule {
  .noRegression(
    NoRegressionRule(margin: loss, metric: "helpful", slices: slices, sliceMargin: loss, watch: watch, superiority: superiority))
}

@Test func aMeanIsJudgedByItsAugmentedLowerBound() {
  let pass = ruling(atLeast(0.76), grades())
  #expect(pass.verdict == .pass)
  #expect(near(pass.estimate, 0.8))
  #expect(near(pass.interval?.lower, 0.7602613719060581))
  #expect(near(pass.interval?.upper, 0.8193653118398325))
  #expect(pass.metric == "helpful" && pass.limit == 0.76 && pass.count == 60 && pass.weighedScores)
  #expect(
    pass.sentence
      == "The candidate's mean is 80 % over the 60 cases that carry it, and a true mean below 76 % is excluded, which reaches 76 %."
  )
  #expect(pass.next == "one more case at 0 would have lost the pass")
  let open = ruling(atLeast(0.77), grades())
  #expect(open.verdict == .inconclusive && open.reason == .cannotExcludeMargin)
  #expect(ruling(atLeast(0.82), grades()).verdict == .fail)
  #expect(ruling(atLeast(0.81), grades()).next == "no number of cases will make it pass while the mean seen does not lie above 81 %")
}

@Test func meansAreComparedByTheAugmentedBoundOfTheirDifference() {
  for (rule, name) in [(margin(0.08), "score"), (compared(0.08), "no-regression")] {
    let pass = ruling(rule, grades())
    #expect(pass.rule == name && pass.metric == "helpful")
    #expect(pass.verdict == .pass)
    #expect(near(pass.estimate, -0.025))
    #expect(near(pass.interval?.lower, -0.07669715650644401))
    #expect(near(pass.interval?.upper, 0.028551968272039187))
    #expect(
      pass.sentence
        == "A loss of 8 points is excluded: the candidate's mean is 80 % over the 60 cases that carry it, production's 82.5 % "
        + "(2.5 points lower), at worst 7.7 points lower.")
  }
  #expect(ruling(margin(0.07), grades()).reason == .cannotExcludeMargin)
}

@Test func aWorseMeanFails() {
  let worse = (0..<60).map { Sample.graded(numbered("g", $0), [0.5 + 0.01 * Double($0 % 3)], [0.9 - 0.01 * Double($0 % 4)]) }
  let fail = ruling(compared(0.1), worse)
  #expect(fail.verdict == .fail)
  #expect(ids(fail).count == 10)
  #expect(fail.sentence.contains("he candidate is worse: its mean is 51 % over the 60 cases"), "\(fail.sentence)")
}

@Test func aCaseThatLacksAScoreCountsAsTheWorstOneAgainstAPassOnly() {
  var samples = grades()
  for index in 0..<2 { samples[index].trials.removeAll { $0.arm == .candidate } }
  let mean = ruling(atLeast(0.76), samples)
  #expect(mean.verdict == .inconclusive && mean.reason == .missingEvidence && mean.missing == 2)
  #expect(near(mean.interval?.lower, 0.7220559931749617))
  #expect(near(mean.interval?.upper, 0.8214616182498935))
  #expect(ids(mean) == [numbered("g", 0), numbered("g", 1)])
  let loss = ruling(compared(0.08), samples)
  #expect(loss.verdict == .inconclusive && loss.reason == .missingEvidence)
  #expect(near(loss.interval?.lower, -0.12254670485678697))
  #expect(ruling(compared(0.13), samples).verdict == .pass)
}

/// An unscored check, a failed call, a call that was never made and a case given twice are all no score.
@Test(arguments: ["U", "X", "B", ".", "W", "T"]) func whatIsNoScoreIsMissing(outcome: String) {
  let lost = Sample("z", candidate: outcome, production: "P").scoring("helpful")
  #expect(ruling(atLeast(0.7), grades() + [lost]).missing == 1)
  #expect(ruling(compared(0.1), grades() + [lost]).missing == 1)
}

@Test func anAnswerTooLargeToReadScoresTheLeast() {
  let large = Sample("z", candidate: "L", production: "P").scoring("helpful")
  let found = ruling(atLeast(0.7), grades() + [large])
  #expect(found.missing == 0)
  #expect(near(found.estimate, 48.0 / 61))
}

@Test func clustersAreTheUnitsOfAMeanToo() {
  let mean = ruling(atLeast(0.59), grades(clusterSize: 6))
  #expect(mean.verdict == .pass)
  #expect(near(mean.interval?.lower, 0.5953001349735307))
  #expect(near(mean.interval?.upper, 0.8517590864511743))
  #expect(mean.sentence.contains("over the 60 cases that carry it, in 10 independent groups"))
  let loss = ruling(compared(0.28), grades(clusterSize: 6))
  #expect(loss.verdict == .pass)
  #expect(near(loss.interval?.lower, -0.2744153676417023))
  #expect(near(loss.interval?.upper, 0.23719299184963125))
}

@Test func theScoreOfARepeatedCaseIsTheMeanOfItsTrials() {
  let samples = (0..<18).map { index -> Sample in
    let trials = (3 * index)..<(3 * index + 3)
    return .graded(
      numbered("r", index), trials.map { 0.70 + 0.05 * Double($0 * 7 % 5) }, trials.map { 0.70 + 0.05 * Double($0 * 11 % 6) })
  }
  let loss = ruling(compared(0.17), samples)
  #expect(loss.verdict == .pass && loss.count == 18)
  #expect(near(loss.estimate, -0.02592592592592595))
  #expect(near(loss.interval?.lower, -0.1670013789700625))
  let mean = ruling(atLeast(0.68), samples)
  #expect(near(mean.interval?.lower, 0.6835060457504573))
  #expect(near(mean.interval?.upper, 0.8301825215835942))
}

@Test func casesWithoutTheMetricAreNotInIt() {
  let others = cases(30, "x", candidate: "F", production: "P")
  for rule in [atLeast(0.76), compared(0.08)] {
    let found = ruling(rule, grades() + others)
    #expect(found.verdict == .pass && found.missing == 0)
    #expect(found.sentence.contains("over the 60 cases that carry it"))
  }
}

@Test func aMetricThatNothingCarriesIsUndecidedAndTheNearestIsNamed() {
  for rule in [
    Rule.score(ScoreRule(metric: "helpfull", limit: .min(0.1))), .score(ScoreRule(metric: "helpfull", limit: .margin(0.4))),
    .noRegression(NoRegressionRule(margin: 0.4, metric: "helpfull")), .tail(TailRule(metric: "helpfull")),
  ] {
    let open = ruling(rule, grades())
    #expect(open.verdict == .inconclusive && open.reason == .nothingWeighed && !open.weighedScores)
    #expect(open.sentence == "No case carries the metric 'helpfull'.")
    #expect(open.next == "did you mean 'helpful'?")
  }
  let far = ruling(.score(ScoreRule(metric: "tone", limit: .min(0.1))), grades())
  #expect(far.sentence == "No case carries the metric 'tone'; some carry 'helpful'.")
  #expect(far.next == "give the checks or judges that score it 'metric: tone'")
}

@Test func equalNumbersEverywhereAreABrokenRig() {
  let constant = (0..<200).map { Sample.graded(numbered("c", $0), [0.9], [0.9]) }
  for rule in [atLeast(0.5), compared(0.1), compared(0.1, superiority: true)] {
    let open = ruling(rule, constant)
    #expect(open.verdict == .inconclusive && open.reason == .rigUnsteady)
  }
  // Ties at the best score are data.
  let perfect = (0..<200).map { Sample.graded(numbered("c", $0), [1], [1]) }
  #expect(ruling(atLeast(0.5), perfect).verdict == .pass)
  #expect(ruling(compared(0.1), perfect).verdict == .pass)
  // So are fails, and a production that never scores is none.
  #expect(ruling(atLeast(0.5), (0..<200).map { .graded(numbered("c", $0), [0], [0]) }).verdict == .fail)
  let silent = ruling(compared(0.1), (0..<200).map { .graded(numbered("c", $0), [0.5 + 0.001 * Double($0)], [0]) })
  #expect(silent.verdict == .inconclusive && silent.reason == .rigUnsteady)
  #expect(silent.sentence.hasPrefix("Every score of production is 0"))
}

@Test func aNumberThatIsNoGradeIsNoScore() {
  for value in [Double.nan, -0.1, 1.1, .infinity] {
    #expect(MetricScore("helpful", value).billionths == nil)
    var broken = Sample.graded("z", [0.5])
    broken.trials = [TrialFacts(arm: .candidate, state: .passed, metrics: [MetricScore("helpful", value)])]
    #expect(ruling(atLeast(0.7), grades() + [broken]).missing == 1)
  }
}

@Test func oneCaseAndNoneDecideNothing() {
  for rule in [atLeast(0.1), compared(0.4)] {
    #expect(ruling(rule, [.graded("a", [1], [1])]).reason == .tooFewCases)
    let lost = ruling(rule, [.graded("a", [nil], [1])])
    #expect(lost.verdict == .inconclusive && lost.reason == .missingEvidence)
    #expect(ruling(rule, []).reason == .nothingWeighed)
  }
  #expect(ruling(atLeast(0.9), [.graded("a", [1]), .graded("b", [1])]).next == "at least 27 independent cases, all with the best score")
}

@Test func aJudgedMetricIsHeldBackEitherWay() {
  for ours in [0.9, 0.1] {
    let judged = (0..<200).map { Sample.graded(numbered("j", $0), [ours + 0.0001 * Double($0)], [0.8], isJudged: true) }
    for rule in [atLeast(0.5), compared(0.1)] {
      let held = ruling(rule, judged)
      #expect(held.verdict == .inconclusive && held.reason == .judgeUnfit)
    }
  }
}

@Test func quarantinedCasesAreInNoMean() {
  let bad = (0..<3).map { Sample.graded(numbered("q", $0), [0], [1], isQuarantined: true) }
  #expect(near(ruling(atLeast(0.76), grades() + bad).estimate, 0.8))
}

@Test func whereAnswersComeFromIsSaid() {
  let reused = (0..<60).map {
    Sample.graded(numbered("g", $0), [0.70 + 0.05 * Double($0 * 7 % 5)], [0.8], isReused: $0 < 3, isRecorded: true)
  }
  for rule in [atLeast(0.5), compared(0.2)] {
    #expect(ruling(rule, reused).sentence.contains("recorded answers, 3 with answers of an earlier run"))
  }
}

@Test func slicesOfAMetricAreRulingsOfTheirOwn() {
  let samples = (0..<120).map { index in
    Sample.graded(
      numbered("s", index), [index % 2 == 0 ? 0.9 - 0.001 * Double(index) : 0.5], [0.85 + 0.001 * Double(index % 7)],
      tags: [Case.Tag(name: "language", value: index % 2 == 0 ? "de" : "en")])
  }
  let means = rulings(atLeast(0.6, slices: ["language"]), samples)
  #expect(means.map { $0.slice?.value } == [nil, "de", "en"])
  #expect(means[1].verdict == .pass && means[2].verdict == .fail)
  let losses = rulings(compared(0.1, slices: ["language"], watch: ["tier"]), samples)
  #expect(losses.map { $0.slice?.value } == [nil, "de", "en"])
  #expect(losses[1].verdict == .pass && losses[2].verdict == .fail)
  #expect(losses.allSatisfy { $0.metric == "helpful" })
  let same = rulings(margin(0.1, slices: ["language"]), samples)
  #expect(same.map(\.verdict) == losses.map(\.verdict))
  let unknown = rulings(atLeast(0.1, slices: ["tier"]), samples)
  #expect(unknown[1].reason == .nothingWeighed)
}

@Test func aWatchedSliceOfAMetricAlarms() {
  let samples = (0..<60).map {
    Sample.graded(numbered("w", $0), [0.5], [0.8 + 0.001 * Double($0)], tags: [Case.Tag(name: "tier", value: "gold")])
  }
  let alarm = rulings(compared(0.2, watch: ["tier"]), samples)[1]
  #expect(alarm.metric == "helpful watch" && alarm.verdict == .fail && !alarm.weighedScores)
}

@Test func withoutProductionAMetricIsNotCompared() {
  #expect(ruling(compared(0.1), grades(), arms: [.candidate]).reason == .armsNotComparable)
  #expect(ruling(margin(0.1), grades(), arms: [.candidate]).reason == .armsNotComparable)
  #expect(ruling(atLeast(0.76), grades(), arms: [.candidate]).verdict == .pass)
}

@Test func casesThatNobodySawStandAgainstAMean() {
  #expect(ruling(atLeast(0.76), grades(), plannedCases: 62).reason == .missingEvidence)
  #expect(ruling(compared(0.08), grades(), plannedCases: 62).reason == .missingEvidence)
}

// MetricScore: the weighted mean of a trial's scores that carry the metric.
@Test func theScoreOfATrialIsTheWeightedMeanOfItsChecks() {
  func check(_ score: Score, metric: String? = "m", weight: Double = 1, isJudged: Bool = false) -> CheckScore {
    CheckScore(check: "c", metric: metric, score: score, isJudged: isJudged, weight: weight)
  }
  let mixed = [
    check(.pass), check(.graded(0.25, reason: ""), weight: 2), check(.fail(reason: "")), check(.fail(reason: ""), metric: nil),
    check(.fail(reason: ""), metric: "other"),
  ]
  #expect(MetricScore("m", of: mixed) == MetricScore("m", 0.375))
  #expect(MetricScore("m", of: mixed + [check(.unscored(reason: ""))]) == MetricScore("m", nil))
  #expect(MetricScore("m", of: [check(.graded(.nan, reason: ""))]) == MetricScore("m", nil))
  #expect(MetricScore("m", of: [check(.pass, metric: "other")]) == nil)
  #expect(MetricScore("m", of: [check(.pass, isJudged: true), check(.pass)])?.isJudged == true)
  // A third is rounded to a billionth.
  #expect(MetricScore("m", of: [check(.pass), check(.fail(reason: ""), weight: 2)])?.billionths == 333_333_333)
}

@Test func aCaseCarriesTheMetricsOfAllItsChecks() {
  let testCase = Case(
    id: CaseID("a")!, evalset: "s",
    input: .turns([CaseInput.Turn(user: "x", checks: [CheckSpec(kind: "judge", metric: "b"), CheckSpec(kind: "contains", metric: "a")])]),
    checks: [CheckSpec(kind: "contains", metric: "a"), CheckSpec(kind: "judge"), CheckSpec(kind: "max-words", metric: "b")])
  #expect(testCase.metrics == [CaseMetric("a"), CaseMetric("b", isJudged: true)])
  #expect(CaseFacts(testCase, plannedTrials: 1).metrics == testCase.metrics)
}
