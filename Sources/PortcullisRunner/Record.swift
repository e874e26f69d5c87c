package import PortcullisCore

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

/// What the runner hands to be recorded, in this order for each call: started, ended; and once for each trial, scored.
package enum RunRecord: Sendable {
  /// Durable before the request leaves. `reservedMicro`: its worst cost, charged if its end is never known.
  case attemptStarted(AttemptKey, completionKey: Digest, reservedMicro: Int?)
  case attemptEnded(AttemptKey, Result<Completion, CallFailure>, costMicro: Int?)
  /// An answer taken over from an earlier run.
  case reused(AttemptKey, Completion, completionKey: Digest, costMicro: Int?)
  case scored(TrialKey, Outcome, [CheckScore])
}

/// Durable when it returns; an error stops the run.
package typealias Record = @Sendable (RunRecord) async throws -> Void

/// A case of the plan with what is recorded of it already.
package struct PlannedCase: Sendable {
  package let ordinal: Int
  package let testCase: Case
  package let plannedTrials: Int
  package let recorded: [RecordedTrial]

  package init(ordinal: Int, testCase: Case, plannedTrials: Int, recorded: [RecordedTrial] = []) {
    self.ordinal = ordinal
    self.testCase = testCase
    self.plannedTrials = plannedTrials
    self.recorded = recorded
  }
}

/// What an earlier session (or, by `--reuse`, an earlier run) has of one trial.
package struct RecordedTrial: Sendable {
  package let arm: Arm
  package let repeatIndex: Int
  package let isScored: Bool
  package let replies: [CallPurpose: Completion]
  /// Attempts so far by purpose; numbering goes on from there.
  package let attempts: [CallPurpose: Int]
  /// From an earlier run: recorded anew in this one before it is used.
  package let reusedKeys: [CallPurpose: Digest]

  package init(
    arm: Arm, repeatIndex: Int, isScored: Bool, replies: [CallPurpose: Completion] = [:], attempts: [CallPurpose: Int] = [:],
    reusedKeys: [CallPurpose: Digest] = [:]
  ) {
    self.arm = arm
    self.repeatIndex = repeatIndex
    self.isScored = isScored
    self.replies = replies
    self.attempts = attempts
    self.reusedKeys = reusedKeys
  }
}
