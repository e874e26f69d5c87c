/// What one check or judge says of one answer.
package enum Score: Sendable, Hashable {
  case pass
  case fail(reason: String)
  /// A grade from 0 (worst) to 1 (best).
  case graded(Double, reason: String)
  /// No score could be given; never counted as a pass.
  case unscored(reason: String)
}

/// A score with the check it came from.
package struct CheckScore: Sendable, Hashable {
  /// The check's `name`, else its kind (`contains`, `judge helpful`).
  package let check: String
  package let metric: String?
  package let score: Score
  /// Whether a judge gave it: rulings that rest on one stay inconclusive until judges can be calibrated.
  package let isJudged: Bool
  /// Share in the trial's outcome; above 0.
  package let weight: Double
  /// Least grade that passes; for graded scores only.
  package let threshold: Double

  package init(check: String, metric: String? = nil, score: Score, isJudged: Bool = false, weight: Double = 1, threshold: Double = 1) {
    self.check = check
    self.metric = metric
    self.score = score
    self.isJudged = isJudged
    self.weight = weight
    self.threshold = threshold
  }

  /// nil where unscored.
  package var passed: Bool? {
    switch score {
    case .pass: true
    case .fail: false
    case .graded(let grade, _): grade >= threshold
    case .unscored: nil
    }
  }
}

/// What all checks together say of one trial.
package enum Outcome: Sendable, Hashable {
  case pass
  case fail(reason: String)
  case unscored(reason: String)
}
