package import PortcullisCore
package import PortcullisGate

/// One planned call's place in a run. A trial belongs to a round: later rounds extend a plan.
package struct TrialKey: Sendable, Hashable {
  package let round: Int
  /// The case's place in the plan, from 0.
  package let ordinal: Int
  package let arm: Arm
  /// From 0.
  package let repeatIndex: Int

  package init(round: Int = 0, ordinal: Int, arm: Arm, repeatIndex: Int) {
    self.round = round
    self.ordinal = ordinal
    self.arm = arm
    self.repeatIndex = repeatIndex
  }
}

/// What a call within a trial is for.
package enum CallPurpose: Sendable, Hashable {
  /// The answer to one turn, from 0.
  case answer(turn: Int)
  /// A judge's reply: for which judged check (its place among the case's checks), which vote, and 0 or, re-asked, 1.
  case judge(check: Int, vote: Int, asked: Int)
}

package struct AttemptKey: Sendable, Hashable {
  package let trial: TrialKey
  package let purpose: CallPurpose
  /// From 1, going on over sessions.
  package let number: Int
}

/// What the runner hands to be recorded, in this order for each call: started, ended; and once for each trial, its end.
package enum RunEvent: Sendable {
  /// Durable before the request leaves. `reservedMicro`: its worst cost, charged if its end is never known.
  case attemptStarted(AttemptKey, completionKey: Digest, reservedMicro: Int?, reservedTokens: Int)
  case attemptEnded(AttemptKey, Result<Completion, CallFailure>, costMicro: Int?, tokens: Int?)
  /// An answer taken over from an earlier run, by its row there.
  case reused(AttemptKey, completionKey: Digest, source: Int64)
  /// Final: scored, or without an answer after all attempts. The scores are empty for a call failure; the reason is
  /// nil for a pass.
  case trialEnded(TrialKey, TrialFacts, [CheckScore], reason: String?)
}

/// How long the runner waits for what it hands over. Events become durable in the order in which they were handed over.
package enum Durability: Sendable {
  /// On the disk when the call returns.
  case durable
  /// Taken over: a later `durable` event is on the disk only after this one.
  case queued
}

/// Records an event; an error stops the run.
package typealias Record = @Sendable (RunEvent, Durability) async throws -> Void

/// A case of the plan with those of its trials that have no end yet.
package struct PlannedCase: Sendable {
  package let ordinal: Int
  package let testCase: Case
  package let trials: [PlannedTrial]

  package init(ordinal: Int, testCase: Case, trials: [PlannedTrial]) {
    self.ordinal = ordinal
    self.testCase = testCase
    self.trials = trials
  }
}

/// A trial to be run, with what earlier sessions (or, by `--reuse`, an earlier run) have of it.
package struct PlannedTrial: Sendable {
  package let key: TrialKey
  package let replies: [CallPurpose: Completion]
  /// Attempts so far by purpose; numbering goes on from there.
  package let attempts: [CallPurpose: Int]
  /// Micro-units its attempts cost so far; nil where one of them is unknown.
  package let spentMicro: Int?
  /// Replies of an earlier run, with their keys and rows there: recorded in this run before they are used.
  package let reused: [CallPurpose: Reused]

  package struct Reused: Sendable {
    package let completion: Completion
    package let completionKey: Digest
    package let source: Int64

    package init(completion: Completion, completionKey: Digest, source: Int64) {
      self.completion = completion
      self.completionKey = completionKey
      self.source = source
    }
  }

  package init(
    _ key: TrialKey, replies: [CallPurpose: Completion] = [:], attempts: [CallPurpose: Int] = [:], spentMicro: Int? = 0,
    reused: [CallPurpose: Reused] = [:]
  ) {
    self.key = key
    self.replies = replies
    self.attempts = attempts
    self.spentMicro = spentMicro
    self.reused = reused
  }
}
