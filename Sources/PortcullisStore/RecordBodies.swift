import PortcullisCore
import PortcullisGate

// The JSON of failures and scores. Defaults are left out; whether something passed is always written.

extension CallFailure {
  /// The kind has a column of its own.
  var body: JSON {
    .object(present: [
      ("message", .string(message)), ("status", status.map(JSON.int)), ("received", received.map(JSON.string)),
      ("retry_after_ms", retryAfter.map { .int($0.microseconds / 1000) }), ("may_be_billed", mayBeBilled ? .bool(true) : nil),
    ])
  }

  init?(_ kind: FailureKind, body: JSON) {
    guard let message = body["message"]?.string else { return nil }
    self.init(
      kind, message, status: body["status"]?.int, retryAfter: body["retry_after_ms"]?.int.map { .milliseconds($0) },
      mayBeBilled: body["may_be_billed"]?.bool ?? false, received: body["received"]?.string)
  }
}

/// What all checks said of one trial.
struct ScoreBody {
  let scores: [CheckScore]
  let reason: String?

  /// A grade that is no number from 0 to 1 is refused, never clamped.
  func json() throws(StoreError) -> JSON {
    var written: [JSON] = []
    for score in scores { written.append(try Self.json(of: score)) }
    return .object(present: [("reason", reason.map(JSON.string)), ("scores", .array(written))])
  }

  private static func json(of score: CheckScore) throws(StoreError) -> JSON {
    let word: JSON
    let reason: String?
    var threshold: Double?
    switch score.score {
    case .pass: (word, reason) = (.string("pass"), nil)
    case .fail(let why): (word, reason) = (.string("fail"), why)
    case .unscored(let why): (word, reason) = (.string("unscored"), why)
    case .graded(let grade, let why):
      guard grade >= 0, grade <= 1, score.threshold.isFinite else {
        throw .contradiction("the grade \(grade) of '\(score.check)' is not within 0 and 1")
      }
      (word, reason, threshold) = (.double(grade), why, score.threshold)
    }
    guard score.weight.isFinite, score.weight > 0 else {
      throw .contradiction("the weight \(score.weight) of '\(score.check)' is not above 0")
    }
    return .object(present: [
      ("check", .string(score.check)), ("score", word), ("reason", reason.map(JSON.string)), ("threshold", threshold.map(JSON.double)),
      ("metric", score.metric.map(JSON.string)), ("judged", score.isJudged ? .bool(true) : nil),
      ("weight", score.weight == 1 ? nil : .double(score.weight)),
    ])
  }

  init(scores: [CheckScore], reason: String?) {
    self.scores = scores
    self.reason = reason
  }

  /// No text: the trial has no scores.
  init?(stored text: String?) {
    guard let text else {
      self.init(scores: [], reason: nil)
      return
    }
    guard let json = try? JSON(parsing: text), let written = json["scores"]?.array else { return nil }
    var scores: [CheckScore] = []
    for element in written {
      guard let score = CheckScore(stored: element) else { return nil }
      scores.append(score)
    }
    self.init(scores: scores, reason: json["reason"]?.string)
  }
}

extension CheckScore {
  fileprivate init?(stored json: JSON) {
    guard let check = json["check"]?.string, let written = json["score"] else { return nil }
    let reason = json["reason"]?.string ?? ""
    let score: Score
    switch (written.string, written.double) {
    case ("pass", _): score = .pass
    case ("fail", _): score = .fail(reason: reason)
    case ("unscored", _): score = .unscored(reason: reason)
    case (nil, let grade?) where grade >= 0 && grade <= 1: score = .graded(grade, reason: reason)
    default: return nil
    }
    self.init(
      check: check, metric: json["metric"]?.string, score: score, isJudged: json["judged"]?.bool ?? false,
      weight: json["weight"]?.double ?? 1,
      threshold: json["threshold"]?.double ?? 1)
  }
}
