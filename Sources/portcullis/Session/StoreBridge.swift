// The runner speaks of trials and calls, the store keeps rows: here one becomes the other, and nothing else happens.
import PortcullisCore
import PortcullisRunner
import PortcullisStore

extension RunEvent {
  /// As the store takes it.
  func entry(at now: WallTime) -> RecordEntry {
    switch self {
    case .attemptStarted(let key, let completionKey, let micro, let tokens):
      .attemptStarted(key.stored, at: now, completionKey: completionKey, reserved: Charge(costMicro: micro, tokens: tokens))
    case .attemptEnded(let key, let result, let micro, let tokens):
      .attemptEnded(key.stored, at: now, result: result, charged: Charge(costMicro: micro, tokens: tokens))
    case .reused(let key, let completionKey, let source):
      .attemptReused(key.stored, at: now, completionKey: completionKey, source: AttemptID(row: source))
    case .trialEnded(let key, let facts, let scores, let reason):
      .trialEnded(TrialEnd(ordinal: key.ordinal, round: key.round, facts: facts, scores: scores, reason: reason))
    }
  }
}

extension PortcullisRunner.AttemptKey {
  fileprivate var stored: PortcullisStore.AttemptKey {
    let trial = PortcullisStore.TrialKey(ordinal: trial.ordinal, arm: trial.arm, repeatIndex: trial.repeatIndex)
    return switch purpose {
    case .answer(let turn): .init(trial: trial, turn: turn, number: number)
    case .judge(let check, let vote, let asked): .init(trial: trial, purpose: .judge(check: check, ask: 2 * vote + asked), number: number)
    }
  }
}

extension PortcullisStore.AttemptKey {
  var callPurpose: CallPurpose {
    switch purpose {
    case .answer: .answer(turn: turn)
    case .judge(let check, let ask): .judge(check: check, vote: ask / 2, asked: ask % 2)
    }
  }
}

extension PendingCase {
  /// As the runner takes it.
  ///
  /// - Parameter earlier: The attempts of an earlier run for a trial of this case, whose answers may be taken over.
  func planned(reusing earlier: (PendingTrial) throws -> [AttemptRecord] = { _ in [] }) rethrows -> PortcullisRunner.PlannedCase {
    PortcullisRunner.PlannedCase(ordinal: ordinal, testCase: testCase, trials: try trials.map { try $0.planned(earlier($0)) })
  }
}

extension PendingTrial {
  fileprivate func planned(_ earlier: [AttemptRecord]) -> PlannedTrial {
    var replies: [CallPurpose: Completion] = [:]
    var numbers: [CallPurpose: Int] = [:]
    var spent: Int? = 0
    for attempt in attempts {
      let purpose = attempt.key.callPurpose
      numbers[purpose] = max(numbers[purpose] ?? 0, attempt.key.number)
      if let completion = attempt.completion { replies[purpose] = completion }
      // An attempt whose end nobody knows may have been billed: it counts at its reservation.
      let cost = attempt.end.map(\.charged.costMicro) ?? attempt.reserved.costMicro
      spent = spent.flatMap { sum in cost.map { sum + $0 } }
    }
    var reused: [CallPurpose: PlannedTrial.Reused] = [:]
    for attempt in earlier {
      guard let completion = attempt.completion, replies[attempt.key.callPurpose] == nil else { continue }
      reused[attempt.key.callPurpose] = .init(completion: completion, completionKey: attempt.completionKey, source: attempt.id.row)
    }
    let key = PortcullisRunner.TrialKey(round: round, ordinal: self.key.ordinal, arm: self.key.arm, repeatIndex: self.key.repeatIndex)
    return PlannedTrial(key, replies: replies, attempts: numbers, spentMicro: spent, reused: reused)
  }
}
