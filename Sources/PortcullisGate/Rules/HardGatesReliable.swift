import PortcullisCore
import PortcullisStatistics

/// What became of the cases under the demand `reliable`: each asked on until 98 % is told from 80 %.
struct ReliableOutcome {
  private(set) var held = 0
  /// The fewest and most trials that a case took to hold.
  private(set) var heldTrials: ClosedRange<Int>?
  private(set) var failed = Witnesses()
  private(set) var unscored = Witnesses()
  private(set) var undecided = Witnesses()
  /// Of an undecided case.
  private(set) var mostTrials = 0
  private var scores: [CaseID: ReliableCase] = [:]
  private let demand: ReliableCase.Demand

  init(_ evidence: HardEvidence, alpha: Double, beta: Double) {
    demand = ReliableCase.Demand(alpha: alpha, beta: beta, cases: max(1, evidence.reliableCases), cap: evidence.gate.reliableCap)
    for sequence in evidence.sequences {
      let (test, lacksScore) = sequence.test(demand)
      switch test.verdict {
      // A failure is proved by the trials at hand; a pass must survive the missing ones.
      case .fail:
        failed.add(sequence.id, rank: test.passes - test.failures)
        scores[sequence.id] = test
      case _ where lacksScore: unscored.add(sequence.id)
      case .pass:
        held += 1
        heldTrials = min(heldTrials?.lowerBound ?? test.trials, test.trials)...max(heldTrials?.upperBound ?? 0, test.trials)
      case .inconclusive:
        undecided.add(sequence.id, rank: -test.failures)
        mostTrials = max(mostTrials, test.trials)
      }
    }
  }

  /// ` (5 of 9 trials passed)` of the first of them.
  func score(of cases: Witnesses) -> String {
    guard let first = cases.ids.first, let test = scores[first] else { return "" }
    return " (\(test.passes) of \(counted(test.trials, "trial")) passed\(cases.count > 1 ? ", the first" : ""))"
  }

  /// What would settle a case that was not asked to the end.
  var takes: String {
    let least = demand.leastTrials.map { "\($0) trials" } ?? "more than \(demand.cap) trials"
    return "the demand takes \(least) of a case that never fails, and more of one that does: run the plan to its end, or raise 'trials'"
  }
}

extension CandidateSequence {
  /// Goes through the trials until they decide; `lacksScore` where one before that has none.
  func test(_ demand: ReliableCase.Demand) -> (test: ReliableCase, lacksScore: Bool) {
    var test = ReliableCase(demand)
    var lacksScore = false
    for outcome in outcomes where test.wantsMore {
      switch outcome {
      case .passed: test.observe(passed: true)
      case .failed: test.observe(passed: false)
      case .missing: lacksScore = true
      }
    }
    return (test, lacksScore)
  }

  /// How many more trials could make it pass, at the fewest; 0 where it is decided, can no more pass, or may be asked no more.
  func trialsToPass(_ demand: ReliableCase.Demand) -> Int {
    var (test, lacksScore) = test(demand)
    guard !lacksScore else { return 0 }
    var more = 0
    while test.wantsMore {
      test.observe(passed: true)
      more += 1
    }
    return max(0, min(more, demand.cap - outcomes.count))
  }
}

extension ReliableCase.Demand {
  /// Clean trials that a pass takes: 15 at α = 0.05; nil where the cap lies below them.
  var leastTrials: Int? {
    var test = ReliableCase(self)
    while test.wantsMore { test.observe(passed: true) }
    return test.verdict == .pass ? test.trials : nil
  }
}
