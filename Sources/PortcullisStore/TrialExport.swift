package import PortcullisCore
import PortcullisGate

extension TrialDetail {
  /// One line of `export trials`, formats.md §9. Attempts are those of the case's own question.
  package var exportJSON: JSON {
    let state =
      switch facts.state {
      case .passed, .failed: "scored"
      case .unscored: "unscored"
      case .callFailed: "failed"
      }
    return .object(present: [
      ("case", .string(caseID.text)), ("arm", .string(facts.arm.rawValue)), ("repeat", .int(facts.repeatIndex)), ("state", .string(state)),
      ("completion", completion?.json), ("attempts", .array(attempts.filter { $0.key.purpose == .answer }.map(\.exportJSON))),
      ("scores", .array(scores.map(\.exportJSON))),
    ])
  }
}

extension AttemptRecord {
  /// `ended` is null where nobody knows how it ended; the cost is then the reservation.
  fileprivate var exportJSON: JSON {
    var failure = JSON.null
    if case .failure(let cause)? = end?.result {
      failure = .object([("kind", .string(cause.kind.rawValue)), ("message", .string(cause.message))])
    } else if end == nil {
      failure = .object([("kind", .string(FailureKind.unknown.rawValue)), ("message", .string("the session ended before the call"))])
    }
    let cost = end.map(\.charged) ?? reserved
    return .object([
      ("started", .string(startedAt.description)), ("ended", end.map { .string($0.at.description) } ?? .null), ("failure", failure),
      ("cost_micro_usd", cost.costMicro.map(JSON.int) ?? .null),
    ])
  }
}

extension CheckScore {
  /// The score is a number from 0 to 1, or null where none could be given.
  fileprivate var exportJSON: JSON {
    let (value, why): (JSON, String?) =
      switch score {
      case .pass: (.int(1), nil)
      case .fail(let reason): (.int(0), reason)
      case .graded(let grade, let reason): (.double(grade), reason)
      case .unscored(let reason): (.null, reason)
      }
    return .object([
      ("check", .string(check)), ("score", value), ("passed", passed.map(JSON.bool) ?? .null), ("reason", why.map(JSON.string) ?? .null),
    ])
  }
}
