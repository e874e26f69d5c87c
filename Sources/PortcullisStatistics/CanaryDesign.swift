/// What is fixed before a canary's first request: its margins, error rates, times and split of the traffic.
package struct CanaryDesign: Sendable, Hashable {
  /// The loss that must be excluded for a promotion.
  package let margin: Double
  /// The loss that must be proven for a rollback; 0 reacts to any proven harm.
  package let rollbackMargin: Double
  /// This metric's own error rates: alarms of several metrics share a rollback rate, promotions do not.
  package let alphaRollback: Double
  package let alphaPromote: Double
  /// Hours after which nothing is decided any more.
  package let horizon: Double
  /// Hours before which nothing is promoted.
  package let minimum: Double
  /// The candidate's share of all requests at the start.
  package let share: Double
  /// The share of lost scores, of both arms together, up to which a promotion is possible.
  package let maximumLost: Double

  /// - Parameters:
  ///   - margin: Strictly inside 0...1.
  ///   - rollbackMargin: At least 0, below 1.
  ///   - alphaRollback, alphaPromote: Strictly inside 0...1.
  ///   - horizon, minimum: Hours, 0 to a million.
  ///   - share: Strictly inside 0...1.
  ///   - maximumLost: 0...1.
  package init(
    margin: Double, rollbackMargin: Double = 0, alphaRollback: Double = 0.05, alphaPromote: Double = 0.05,
    horizon: Double = 72, minimum: Double = 24, share: Double, maximumLost: Double = 0.02
  ) {
    precondition(margin > 0 && margin < 1, "a margin of scores lies strictly inside 0...1")
    precondition(rollbackMargin >= 0 && rollbackMargin < 1, "a rollback margin lies in 0..<1")
    precondition(alphaRollback > 0 && alphaRollback < 1, "an error rate lies strictly inside 0...1")
    precondition(alphaPromote > 0 && alphaPromote < 1, "an error rate lies strictly inside 0...1")
    precondition((0...1_000_000).contains(horizon) && (0...1_000_000).contains(minimum), "hours lie in 0...1000000")
    precondition((0...1).contains(maximumLost), "a share of lost scores lies in 0...1")
    requireShare(share)
    self.margin = margin
    self.rollbackMargin = rollbackMargin
    self.alphaRollback = alphaRollback
    self.alphaPromote = alphaPromote
    self.horizon = horizon
    self.minimum = minimum
    self.share = share
    self.maximumLost = maximumLost
  }

  /// Fresh starts at the whole hours 1, 2, … before the horizon, the last an hour before it.
  package var hourlyStarts: Int { max(0, Int(horizon.rounded(.down)) - 1) }

  /// Against "the candidate is at most `rollbackMargin` worse".
  package var rollbackPlan: BettingProcess.Plan {
    BettingProcess.Plan(.below, null: -rollbackMargin, in: -1...1, startWeight: 0.7, freshStarts: hourlyStarts)
  }

  /// Against "the candidate is worse by `margin` or more".
  package var promotionPlan: BettingProcess.Plan {
    BettingProcess.Plan(.above, null: -margin, in: -1...1)
  }
}
