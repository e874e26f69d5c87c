package import PortcullisCore
package import PortcullisGate

/// One trial of a run.
package struct TrialKey: Sendable, Hashable {
  package let ordinal: Int
  package let arm: Arm
  /// From 0, numbered through the rounds of the run.
  package let repeatIndex: Int

  package init(ordinal: Int, arm: Arm, repeatIndex: Int) {
    self.ordinal = ordinal
    self.arm = arm
    self.repeatIndex = repeatIndex
  }
}

/// One attempt at one call of a trial.
package struct AttemptKey: Sendable, Hashable {
  package enum Purpose: Sendable, Hashable {
    /// The case's own question.
    case answer
    /// A question to a judge: the check it belongs to, and which of the questions put for that check (re-asks, votes), both from 0.
    case judge(check: Int, ask: Int)
  }

  package let trial: TrialKey
  /// From 0; above 0 in scripted conversations.
  package let turn: Int
  package let purpose: Purpose
  /// From 1; above 1 for transport retries.
  package let number: Int

  package init(trial: TrialKey, turn: Int = 0, purpose: Purpose = .answer, number: Int) {
    self.trial = trial
    self.turn = turn
    self.purpose = purpose
    self.number = number
  }
}

/// The row of an attempt, unique in its store.
package struct AttemptID: Sendable, Hashable {
  package let row: Int64

  package init(row: Int64) { self.row = row }
}

/// What an attempt costs; nil is unknown, never free.
package struct Charge: Sendable, Hashable {
  /// Micro-units of the run's currency.
  package var costMicro: Int?
  package var tokens: Int?

  package init(costMicro: Int? = nil, tokens: Int? = nil) {
    self.costMicro = costMicro
    self.tokens = tokens
  }
}

/// How a trial ended, once and for all.
package struct TrialEnd: Sendable {
  package var key: TrialKey
  package var round: Int
  /// What the tally reads; its arm and repeat are the key's.
  package var facts: TrialFacts
  package var scores: [CheckScore]
  /// Why it failed or was not scored.
  package var reason: String?

  /// The arm and the repeat are those of `facts`.
  package init(ordinal: Int, round: Int, facts: TrialFacts, scores: [CheckScore], reason: String?) {
    key = TrialKey(ordinal: ordinal, arm: facts.arm, repeatIndex: facts.repeatIndex)
    self.round = round
    self.facts = facts
    self.scores = scores
    self.reason = reason
  }
}

/// What a run tells the store, in this order for each call and trial.
package enum RecordEntry: Sendable {
  /// Before a request leaves, with what it may cost.
  case attemptStarted(AttemptKey, at: WallTime, completionKey: Digest, reserved: Charge)
  /// The raw answer or failure, before anything scores it.
  case attemptEnded(AttemptKey, at: WallTime, result: Result<Completion, CallFailure>, charged: Charge)
  /// An answer taken over from another run: no call, no cost.
  case attemptReused(AttemptKey, at: WallTime, completionKey: Digest, source: AttemptID)
  /// Scored, or failed after all attempts.
  case trialEnded(TrialEnd)
}
