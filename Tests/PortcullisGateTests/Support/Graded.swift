import PortcullisCore
import PortcullisGate

extension Sample {
  /// A case whose checks carry one metric, with the scores of each arm's trials; nil: answered, and the metric could not be scored.
  static func graded(
    _ id: String, _ candidate: [Double?], _ production: [Double?] = [], metric: String = "helpful", behaviour: String? = nil,
    tags: [Case.Tag] = [], cluster: String? = nil, isQuarantined: Bool = false, isJudged: Bool = false, isReused: Bool = false,
    isRecorded: Bool = false
  ) -> Sample {
    var sample = Sample(id, candidate: "", cluster: cluster)
    sample.facts = CaseFacts(
      id: sample.facts.id, evalset: "suite", behaviour: behaviour, tags: tags, cluster: cluster, isQuarantined: isQuarantined,
      metrics: [CaseMetric(metric, isJudged: isJudged)], plannedTrials: max(1, candidate.count, production.count))
    sample.trials = [(Arm.candidate, candidate), (.production, production)].flatMap { arm, scores in
      scores.enumerated().map { index, score in
        TrialFacts(
          arm: arm, repeatIndex: index, state: score == nil ? .unscored : score! >= 0.5 ? .passed : .failed, isJudged: isJudged,
          metrics: [MetricScore(metric, score, isJudged: isJudged)], isReused: isReused, isRecorded: isRecorded)
      }
    }
    return sample
  }

  /// The same case with checks that carry a metric: 1 where a trial passed, 0 where it failed.
  func scoring(_ metric: String) -> Sample {
    var sample = self
    sample.facts = CaseFacts(
      id: facts.id, evalset: facts.evalset, severity: facts.severity, behaviour: facts.behaviour, tags: facts.tags, cluster: facts.cluster,
      incident: facts.incident, isQuarantined: facts.isQuarantined, metrics: facts.metrics + [CaseMetric(metric)],
      plannedTrials: facts.plannedTrials, further: facts.further)
    sample.trials = trials.map { trial in
      let score: Double? =
        switch trial.state {
        case .passed: 1
        case .failed: 0
        case .unscored, .callFailed: nil
        }
      return TrialFacts(
        arm: trial.arm, repeatIndex: trial.repeatIndex, state: trial.state, isJudged: trial.isJudged, latency: trial.latency,
        ttft: trial.ttft, costMicro: trial.costMicro, tokens: trial.tokens,
        metrics: trial.metrics + (score == nil && trial.state != .unscored ? [] : [MetricScore(metric, score, isJudged: trial.isJudged)]),
        isReused: trial.isReused, isRecorded: trial.isRecorded)
    }
    return sample
  }
}

/// 60 cases with grades of both arms: the candidate's mean is 0.8, production's 0.825.
func grades(clusterSize: Int? = nil) -> [Sample] {
  (0..<60).map { index in
    .graded(
      numbered("g", index), [0.70 + 0.05 * Double(index * 7 % 5)], [0.70 + 0.05 * Double(index * 11 % 6)],
      cluster: clusterSize.map { "doc-\(index / $0)" })
  }
}
