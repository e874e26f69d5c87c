import PortcullisCore

/// What is summed over requests.
package enum RequestAmount: Sendable, Hashable, CaseIterable {
  /// In micro-units of the run's currency.
  case cost
  /// Input and output tokens.
  case tokens
  /// The cost, against the trials that passed.
  case costPerSuccess

  /// Of one trial; nil where unknown. An amount that is negative or above a billion (of whole units) is taken for unknown.
  func value(of trial: TrialFacts) -> (amount: Int, succeeded: Bool)? {
    switch self {
    case .cost: return sound(trial.costMicro).map { ($0, true) }
    case .tokens:
      guard let input = sound(trial.tokens.input), let output = sound(trial.tokens.output) else { return nil }
      return (input + output, true)
    case .costPerSuccess:
      guard trial.state.isScored, let cost = sound(trial.costMicro) else { return nil }
      return (cost, trial.state == .passed)
    }
  }

  private func sound(_ amount: Int?) -> Int? { amount.flatMap { (0...1_000_000_000_000_000).contains($0) ? $0 : nil } }
}
