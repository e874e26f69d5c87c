import PortcullisCore
import PortcullisGate
import Testing

@testable import PortcullisFormats

/// Cases that enter the tally as their scores alone give the very evidence that they give with their trials.
struct ScoredPairTests {
  private func world(_ draws: inout Draws) -> (
    pairs: [(id: String, cluster: String?, candidate: Int?, production: Int?, isAbsent: Int)], isGraded: Bool
  ) {
    let isGraded = draws.below(2) == 0
    func score() -> Int? {
      switch draws.below(12) {
      case 0: nil
      case 1...6: 1_000_000_000
      default: isGraded ? draws.below(1_000_000_001) : 0
      }
    }
    let groups = 1 + draws.below(20), hasClusters = draws.below(3) == 0
    let pairs = (0..<draws.below(60)).map { index in
      (
        id: "g\(draws.below(groups))\(draws.one(of: ["-", ".", "", "é "]))\(index)",
        cluster: hasClusters && draws.below(2) == 0 ? "doc\(draws.below(8))" : nil, candidate: score(), production: score(),
        isAbsent: draws.below(12)
      )
    }
    return (pairs, isGraded)
  }

  @Test(arguments: 0..<2000)
  func scoresAloneGiveTheEvidenceOfTheirTrials(seed: UInt64) throws {
    var draws = Draws(seed)
    let (pairs, isGraded) = world(&draws)
    var rules = [PolicyRule(.noRegression(NoRegressionRule(margin: 0.05, metric: isGraded ? ScoredPair.metric : nil)))]
    // Needs beyond scores are met the long way.
    if draws.below(4) == 0 { rules.append(PolicyRule(.latency(LatencyRule(limit: .increase(0.2))), advisory: true)) }
    if draws.below(4) == 0 { rules.append(PolicyRule(.complete(CompleteRule()))) }
    let suspects = draws.below(2) == 0 ? [SuspectedGrouping(.stem, groups: 10)] : []
    let needs = EvidenceNeeds(Policy(offline: rules), clusters: ClusterPlan(.undeclared, suspects: suspects))
    var (fast, slow, shards) = (Tally(needs: needs), Tally(needs: needs), [Tally(needs: needs), Tally(needs: needs)])
    var (fastScan, slowScan) = (GroupingScan(), GroupingScan())
    for pair in pairs {
      let candidate = pair.isAbsent == 1 ? PlainScore.absent : pair.candidate.map(PlainScore.scored) ?? .unscored
      let production = pair.isAbsent == 2 ? PlainScore.absent : pair.production.map(PlainScore.scored) ?? .unscored
      var id = pair.id
      id.withUTF8 { bytes in
        let alone = ScoredPair(
          id: UnsafeRawBufferPointer(bytes), cluster: pair.cluster, isGraded: isGraded, candidate: candidate, production: production)
        fast.add(alone)
        shards[draws.below(2)].add(alone)
        fastScan.add(alone)
      }
      let facts = CaseFacts(
        id: try #require(CaseID(pair.id)), evalset: ScoredPair.evalset, cluster: pair.cluster,
        metrics: isGraded ? [CaseMetric(ScoredPair.metric)] : [])
      let trials = [(Arm.candidate, candidate), (.production, production)].compactMap { arm, score in trial(arm, score, isGraded) }
      slow.add(facts, trials: trials)
      slowScan.add(facts)
    }
    shards[0].merge(shards[1])
    let run = RunFacts(arms: [.candidate, .production], plannedCases: pairs.count)
    #expect(fast.evidence(run: run) == slow.evidence(run: run))
    #expect(shards[0].evidence(run: run) == slow.evidence(run: run))
    #expect(fastScan.suspects == slowScan.suspects)
  }

  private func trial(_ arm: Arm, _ score: PlainScore, _ isGraded: Bool) -> TrialFacts? {
    switch score {
    case .absent: nil
    case .unscored: TrialFacts(arm: arm, state: .unscored)
    case .scored(let steps):
      TrialFacts(
        arm: arm, state: steps == 1_000_000_000 ? .passed : .failed,
        metrics: isGraded ? [MetricScore(ScoredPair.metric, Double(steps) / 1e9)] : [])
    }
  }
}
