package import PortcullisCore

/// What a run has spent and may still spend. Reserve the worst case before a call, settle after it: two calls can never both see the last
/// cent. Money in micro-units.
package struct BudgetLedger: Sendable, Hashable {
  package private(set) var spentMicro = 0
  package private(set) var calls = 0
  package private(set) var tokens = 0
  private var reservedMicro = 0
  private var reservedTokens = 0
  private var open = 0
  private let budget: Budget

  /// What a call is told before it is sent.
  package enum Answer: Sendable, Hashable {
    case granted(Reservation)
    /// What calls under way have reserved stands in the way; they may cost less than that.
    case wait
    case spent(BudgetSpent)
  }

  package struct Reservation: Sendable, Hashable {
    package let micro: Int
    package let tokens: Int
  }

  package init(budget: Budget) { self.budget = budget }

  /// Reserves the worst case of a call, unless it could cross a limit.
  package mutating func reserve(micro: Int?, tokens: Int) -> Answer {
    if let most = budget.calls, calls >= most { return .spent(BudgetSpent(limit: "\(most) calls")) }
    if let most = budget.cost, spentMicro + reservedMicro + (micro ?? 0) > most.micro {
      return open > 0 ? .wait : .spent(BudgetSpent(limit: most.description))
    }
    if let most = budget.tokens, self.tokens + reservedTokens + tokens > most {
      return open > 0 ? .wait : .spent(BudgetSpent(limit: "\(most) tokens"))
    }
    calls += 1
    open += 1
    reservedMicro += micro ?? 0
    reservedTokens += tokens
    return .granted(Reservation(micro: micro ?? 0, tokens: tokens))
  }

  /// - Parameters:
  ///   - micro: What the call cost; nil is unknown and stays charged at its reservation.
  package mutating func settle(_ reservation: Reservation, micro: Int?, tokens: Int?) {
    open -= 1
    reservedMicro -= reservation.micro
    reservedTokens -= reservation.tokens
    spentMicro += micro ?? reservation.micro
    self.tokens += tokens ?? reservation.tokens
  }

  /// What earlier sessions of the same run spent.
  package mutating func carryOver(micro: Int, calls: Int, tokens: Int) {
    spentMicro += micro
    self.calls += calls
    self.tokens += tokens
  }
}

/// A limit of the budget that the next call would cross.
package struct BudgetSpent: Error, Sendable, Hashable {
  package let limit: String
}
