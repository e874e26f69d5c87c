package import PortcullisCore

/// Something that happened to a canary and that somebody may have to act on, once.
package struct CanaryEvent: Sendable, Hashable {
  /// 1, 2, …: with the canary's id, the key under which it is acted on once.
  package let number: Int
  /// Hours since the start at which it came about.
  package let at: Double
  package let kind: Kind

  package enum Kind: Sendable, Hashable {
    /// The stage's demands are met; the traffic is to be moved to the next share. Call `shift(at:)` when it has been.
    case advance(share: Double)
    case promote
    case rollback(reason: String)
    /// Neither is possible any more without a person.
    case hold(reason: String)
    case alertRaised(AlertNotice)
    case alertResolved(AlertNotice)
  }

  /// The word of messages: `advance`, `promote`, `rollback`, `hold`, `alert-raised`, `alert-resolved`.
  package var name: String {
    switch kind {
    case .advance: "advance"
    case .promote: "promote"
    case .rollback: "rollback"
    case .hold: "hold"
    case .alertRaised: "alert-raised"
    case .alertResolved: "alert-resolved"
    }
  }

  package var json: JSON {
    let rest: [(String, JSON?)] =
      switch kind {
      case .advance(let share): [("share", .double(share))]
      case .promote: []
      case .rollback(let reason), .hold(let reason): [("reason", .string(reason))]
      case .alertRaised(let notice), .alertResolved(let notice):
        [
          ("key", .string(notice.key)), ("tier", .string(notice.tier.rawValue)), ("sentence", .string(notice.sentence)),
          ("segment", notice.segment.map(JSON.string)),
        ]
      }
    return .object(present: [("event", .string(name)), ("number", .int(number)), ("at_h", .double(at))] + rest)
  }

  /// nil where the value is none that `json` wrote.
  package init?(_ json: JSON) {
    guard let number = json["number"]?.int, number > 0, let at = json["at_h"]?.double, at >= 0, let name = json["event"]?.string else {
      return nil
    }
    var notice: AlertNotice? {
      guard let key = json["key"]?.string, let tier = json["tier"]?.string.flatMap(CanaryAlert.Tier.init(rawValue:)),
        let sentence = json["sentence"]?.string
      else { return nil }
      return AlertNotice(key: key, tier: tier, sentence: sentence, segment: json["segment"]?.string)
    }
    let kind: Kind? =
      switch name {
      case "advance": json["share"]?.double.map { .advance(share: $0) }
      case "promote": .promote
      case "rollback": json["reason"]?.string.map { .rollback(reason: $0) }
      case "hold": json["reason"]?.string.map { .hold(reason: $0) }
      case "alert-raised": notice.map { .alertRaised($0) }
      case "alert-resolved": notice.map { .alertResolved($0) }
      default: nil
      }
    guard let kind else { return nil }
    self.init(number: number, at: at, kind: kind)
  }

  package init(number: Int, at: Double, kind: Kind) {
    self.number = number
    self.at = at
    self.kind = kind
  }
}

/// An alert as it is sent: the same key from the raise to the resolution.
package struct AlertNotice: Sendable, Hashable {
  package let key: String
  package let tier: CanaryAlert.Tier
  package let sentence: String
  package let segment: String?

  package init(key: String, tier: CanaryAlert.Tier, sentence: String, segment: String? = nil) {
    self.key = key
    self.tier = tier
    self.sentence = sentence
    self.segment = segment
  }
}

/// How a canary ended; nothing changes it any more.
package enum CanaryOutcome: Sendable, Hashable {
  case promoted(at: Double)
  /// A rule proved harm.
  case rolledBack(at: Double, reason: String)
  /// The deadline came first, and the policy says `rollback`.
  case timedOut(at: Double)
  /// The deadline came first, and the policy says `hold`.
  case expired(at: Double)
  /// A person rolled it back.
  case stopped(at: Double, by: String, reason: String)

  package var at: Double {
    switch self {
    case .promoted(let at), .rolledBack(let at, _), .timedOut(let at), .expired(let at), .stopped(let at, _, _): at
    }
  }
}
