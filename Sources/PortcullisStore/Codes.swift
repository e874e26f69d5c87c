package import PortcullisCore
package import PortcullisGate

/// A word that is stored as an integer. A code keeps its meaning for ever; a new word gets a new one.
protocol Coded: CaseIterable {
  var code: Int { get }
}

extension Coded {
  init?(code: Int) {
    guard let word = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = word
  }
}

extension Arm: Coded {
  var code: Int {
    switch self {
    case .candidate: 0
    case .production: 1
    case .noise: 2
    }
  }
}

extension FailureKind: Coded {
  var code: Int {
    switch self {
    case .transport: 1
    case .timeout: 2
    case .rateLimit: 3
    case .server: 4
    case .quota: 5
    case .auth: 6
    case .request: 7
    case .malformed: 8
    case .wrongModel: 9
    case .tooLarge: 10
    case .budget: 11
    case .deadline: 12
    case .cancelled: 13
    case .unknown: 14
    }
  }
}

extension Verdict: Coded {
  var code: Int {
    switch self {
    case .pass: 0
    case .review: 1
    case .inconclusive: 2
    case .fail: 3
    }
  }
}

/// What a run was made for.
package enum RunKind: String, Sendable, CaseIterable, Coded {
  case gate, run

  var code: Int {
    switch self {
    case .gate: 0
    case .run: 1
    }
  }
}

package enum RunState: String, Sendable, CaseIterable, Coded {
  /// Its cases are being listed; nothing was called.
  case planning
  case running
  /// Can be resumed.
  case interrupted
  /// Every planned trial has an end; never changes again.
  case finished

  var code: Int {
    switch self {
    case .planning: 0
    case .running: 1
    case .interrupted: 2
    case .finished: 3
    }
  }
}

/// Why work on a run ended.
package enum RunStop: String, Sendable, CaseIterable, Coded {
  /// The whole plan was worked through.
  case finished
  case budget, deadline, unreachable
  /// Ctrl-C, SIGTERM or an error of ours: such a run has no verdict.
  case interrupted

  var code: Int {
    switch self {
    case .finished: 0
    case .budget: 1
    case .deadline: 2
    case .unreachable: 3
    case .interrupted: 4
    }
  }
}

package enum RoundKind: String, Sendable, CaseIterable, Coded {
  case initial, confirming, sequential
  /// Every case asked again, as the plan asked it.
  case look

  package init(_ purpose: FurtherRound.Purpose) {
    switch purpose {
    case .look: self = .look
    case .confirming: self = .confirming
    case .sequential: self = .sequential
    }
  }

  /// nil for the first round of a run.
  var purpose: FurtherRound.Purpose? {
    switch self {
    case .initial: nil
    case .confirming: .confirming
    case .sequential: .sequential
    case .look: .look
    }
  }

  var code: Int {
    switch self {
    case .initial: 0
    case .confirming: 1
    case .sequential: 2
    case .look: 3
    }
  }
}

/// Which arms a round asks, as bits.
func mask(of arms: [Arm]) -> Int { arms.reduce(0) { $0 | 1 << $1.code } }

func arms(inMask mask: Int) -> [Arm] { Arm.allCases.filter { mask >> $0.code & 1 == 1 } }

extension TrialFacts.State {
  var outcomeCode: Int {
    switch self {
    case .passed: 0
    case .failed: 1
    case .unscored: 2
    case .callFailed: 3
    }
  }

  var failureCode: Int? { if case .callFailed(let kind) = self { kind.code } else { nil } }

  init?(outcome: Int, failure: Int?) {
    switch (outcome, failure) {
    case (0, nil): self = .passed
    case (1, nil): self = .failed
    case (2, nil): self = .unscored
    case (3, let code?):
      guard let kind = FailureKind(code: code) else { return nil }
      self = .callFailed(kind)
    default: return nil
    }
  }
}
