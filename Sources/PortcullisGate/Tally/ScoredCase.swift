/// What the pairs look at in one arm of a case: whether its trials passed, or what they scored in one metric.
protocol ScoredCase {
  /// Planned trials, at least 1.
  var planned: Int { get }
  /// Whether every planned trial has a score that counts.
  var isComplete: Bool { get }
  /// Whether each of them is the best there is.
  var hasAllPassed: Bool { get }
  /// Trials with a score above the worst.
  var scoredPasses: Int { get }
  /// From 0 to 1, over the planned trials; of complete ones.
  var mean: Double { get }
  /// Orders cases that did not do their best, the worst first.
  var rank: Int { get }
  /// Scored trials that rest on a judge, and trials taken over from an earlier run.
  var judged: Int { get }
  var reused: Int { get }
  var isRecorded: Bool { get }
}

extension ScoredCase {
  /// Whether all trials passed; nil where one lacks a score.
  var outcome: Bool? { isComplete ? hasAllPassed : nil }
}
