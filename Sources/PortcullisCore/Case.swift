/// One input and what is expected of the answer.
package struct Case: Sendable, Hashable {
  package var id: CaseID
  /// The name of the evalset it belongs to.
  package var evalset: String
  package var input: CaseInput
  /// Values for the prompt templates, a mapping; may accompany every kind of input.
  package var vars: JSONObject
  /// From the case, else the golden answer.
  package var expected: JSON?
  package var context: [ContextDocument]
  /// The evalset's default checks first.
  package var checks: [CheckSpec]
  package var behaviour: String?
  /// Sorted by name.
  package var tags: [Tag]
  package var severity: Severity
  package var origin: Origin
  /// Cases that share a source share a cluster: then the cluster is the sampling unit.
  package var cluster: String?
  /// Trials per arm asked for by the case or its evalset; nil leaves it to the run.
  package var repeats: Int?
  /// Share of check weight that must pass, above 0, at most 1.
  package var threshold: Double
  package var incident: Incident?
  package var allowEmpty: Bool
  package var allowTruncated: Bool
  package var quarantine: Quarantine?
  package var metadata: JSONObject

  package enum Severity: String, Sendable, CaseIterable { case critical, normal }
  package enum Origin: String, Sendable, CaseIterable { case written, incident, traffic }

  package struct Tag: Sendable, Hashable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  package init(
    id: CaseID, evalset: String, input: CaseInput, vars: JSONObject = JSONObject(), expected: JSON? = nil, context: [ContextDocument] = [],
    checks: [CheckSpec], behaviour: String? = nil, tags: [Tag] = [], severity: Severity = .normal, origin: Origin = .written,
    cluster: String? = nil, repeats: Int? = nil, threshold: Double = 1, incident: Incident? = nil, allowEmpty: Bool = false,
    allowTruncated: Bool = false, quarantine: Quarantine? = nil, metadata: JSONObject = JSONObject()
  ) {
    self.id = id
    self.evalset = evalset
    self.input = input
    self.vars = vars
    self.expected = expected
    self.context = context
    self.checks = checks
    self.behaviour = behaviour
    self.tags = tags
    self.severity = severity
    self.origin = origin
    self.cluster = cluster
    self.repeats = repeats
    self.threshold = threshold
    self.incident = incident
    self.allowEmpty = allowEmpty
    self.allowTruncated = allowTruncated
    self.quarantine = quarantine
    self.metadata = metadata
  }
}

/// What a case puts before the model.
package enum CaseInput: Sendable, Hashable {
  /// Chat messages, literal; a plain `input` is one user message.
  case messages([Message])
  /// The evalset's prompt template, filled with the case's `vars`, is the user message.
  case template(PromptText)
  /// A scripted conversation: each user turn is asked after the answer to the one before.
  case turns([Turn])

  package struct Turn: Sendable, Hashable {
    package let user: String
    package let checks: [CheckSpec]

    package init(user: String, checks: [CheckSpec]) {
      self.user = user
      self.checks = checks
    }
  }
}

/// A prompt template's text with its digest: cases hold the digest, so that the text is stored once.
package struct PromptText: Sendable, Hashable {
  package let text: String
  package let digest: Digest

  package init(_ text: String) {
    self.text = text
    digest = Digest(of: text)
  }

  package static func == (left: PromptText, right: PromptText) -> Bool { left.digest == right.digest }

  package func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}

/// A document given to the model.
package struct ContextDocument: Sendable, Hashable {
  package let id: String
  package let text: String
  /// Who may read it; empty means everybody.
  package let readers: [String]

  package init(id: String, text: String, readers: [String] = []) {
    self.id = id
    self.text = text
    self.readers = readers
  }
}

/// A check as the user wrote it: data, compiled by the Checks room.
package struct CheckSpec: Sendable, Hashable {
  /// A word of the check catalogue: `contains`, `not`, `judge`, …
  package let kind: String
  /// Absent where only the bare name was given. For `not`: a one-key mapping (or text) that is the negated check.
  package let argument: JSON?
  /// Above 0.
  package let weight: Double
  package let metric: String?
  /// Least grade that passes; for graded checks.
  package let threshold: Double?
  package let name: String?

  package init(
    kind: String, argument: JSON? = nil, weight: Double = 1, metric: String? = nil, threshold: Double? = nil, name: String? = nil
  ) {
    self.kind = kind
    self.argument = argument
    self.weight = weight
    self.metric = metric
    self.threshold = threshold
    self.name = name
  }
}

/// A production failure that a case keeps from returning.
package struct Incident: Sendable, Hashable {
  package enum Severity: String, Sendable, CaseIterable { case p0 = "P0", p1 = "P1", p2 = "P2" }
  package enum State: String, Sendable, CaseIterable { case open, fixed, guarded }

  package let id: String
  package let severity: Severity
  package let state: State
  /// Dates as written (RFC 3339 or a day).
  package let opened: String?
  package let fixed: String?
  package let owner: String?
  package let link: String?
  package let badOutput: String?
  /// `all`, `never` or `reliable`; nil leaves it to the rule.
  package let demand: String?

  package init(
    id: String, severity: Severity, state: State, opened: String? = nil, fixed: String? = nil, owner: String? = nil, link: String? = nil,
    badOutput: String? = nil, demand: String? = nil
  ) {
    self.id = id
    self.severity = severity
    self.state = state
    self.opened = opened
    self.fixed = fixed
    self.owner = owner
    self.link = link
    self.badOutput = badOutput
    self.demand = demand
  }
}

/// Why a case is run and reported but kept out of both arms' rates.
package struct Quarantine: Sendable, Hashable {
  package let owner: String
  package let reason: String
  /// `YYYY-MM-DD`.
  package let expires: String

  package init(owner: String, reason: String, expires: String) {
    self.owner = owner
    self.reason = reason
    self.expires = expires
  }
}
