/// The answer of a rule and of a gate, from best to worst. Only `pass` opens.
package enum Verdict: String, Sendable, CaseIterable, Comparable {
  case pass
  /// People must look at flagged cases first.
  case review
  /// The evidence settles nothing.
  case inconclusive
  case fail

  package static func < (left: Verdict, right: Verdict) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .pass: 0
    case .review: 1
    case .inconclusive: 2
    case .fail: 3
    }
  }
}

/// Why the process ends with the number it ends with; DESIGN §5. No crash produces one of the verdicts.
package enum ExitCode: Int32, Sendable {
  case pass = 0
  case review = 97
  case inconclusive = 98
  case fail = 99
  case usage = 64
  /// Bad data or configuration; nothing was called.
  case badInput = 65
  /// Nothing could be scored because a provider was unreachable.
  case unreachable = 69
  case internalError = 70
  case cannotWrite = 73
  /// Budget or deadline cut the plan.
  case budgetSpent = 75
  case interrupted = 130
  case terminated = 143

  package init(_ verdict: Verdict) {
    switch verdict {
    case .pass: self = .pass
    case .review: self = .review
    case .inconclusive: self = .inconclusive
    case .fail: self = .fail
    }
  }
}
