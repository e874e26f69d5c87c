package import PortcullisCore

/// The rules of the shadow stage: a candidate beside production on real requests, its answers never served.
package struct ShadowPolicy: Sendable, Hashable {
  /// Chance of a pass although the loss (or the excess of disagreement) reaches its limit, per rule.
  package var wrongPass: Double
  /// Chance that a rule speaks against a candidate that is no worse, or no more different than production from itself.
  package var wrongFail: Double
  package var rules: [ShadowPolicyRule]
  /// Whether nobody wrote it: reports say so.
  package var isDefault: Bool

  package init(wrongPass: Double = 0.05, wrongFail: Double = 0.05, rules: [ShadowPolicyRule], isDefault: Bool = false) {
    self.wrongPass = wrongPass
    self.wrongFail = wrongFail
    self.rules = rules
    self.isDefault = isDefault
  }

  /// What decides where nobody wrote a policy, formats.md §6.
  package static let standard = ShadowPolicy(
    rules: [
      ShadowPolicyRule(.complete(CompleteRule(maxMissing: 0.02))), ShadowPolicyRule(.rigSteady(RigSteadyRule())),
      ShadowPolicyRule(.noRegression(NoRegressionRule(margin: 0.05))), ShadowPolicyRule(.noChange(NoChangeRule())),
    ], isDefault: true)

  package var json: JSON {
    .object([
      ("error_rates", .object([("wrong_fail", .double(wrongFail)), ("wrong_pass", .double(wrongPass))])),
      ("shadow", .array(rules.map(\.json))),
    ])
  }

  package var digest: Digest { Digest(of: json) }
}

/// One rule of a shadow policy and how it counts.
package struct ShadowPolicyRule: Sendable, Hashable {
  package var rule: ShadowRule
  /// Reported, never deciding.
  package var advisory: Bool

  package init(_ rule: ShadowRule, advisory: Bool = false) {
    self.rule = rule
    self.advisory = advisory
  }

  /// `{rule: {parameters}}`, every parameter written out.
  package var json: JSON {
    if let shared = rule.shared { return PolicyRule(shared, advisory: advisory).json }
    let members = rule.parameters + (advisory ? [("advisory", .bool(true))] : [])
    return .object([(rule.name, .object(members))])
  }
}

/// The demands of a shadow policy. A closed list: a new rule makes the compiler name every place to think.
package enum ShadowRule: Sendable, Hashable {
  case complete(CompleteRule)
  case rigSteady(RigSteadyRule)
  /// Of its parameters the margin, the slices and their margin.
  case noRegression(NoRegressionRule)
  case noChange(NoChangeRule)
  case errorRate(ErrorRateRule)
  case latency(LatencyRule)
  case ttft(LatencyRule)
  case costPerRequest(CostRule)

  /// The word of policies, reports and JUnit.
  package var name: String {
    switch self {
    case .rigSteady: "rig-steady"
    case .noChange: "no-change"
    case .complete, .noRegression, .errorRate, .latency, .ttft, .costPerRequest: shared?.name ?? ""
    }
  }

  /// The rule of the offline stage that has the same parameters; nil for those of shadow alone.
  package var shared: Rule? {
    switch self {
    case .complete(let rule): .complete(rule)
    case .noRegression(let rule): .noRegression(rule)
    case .errorRate(let rule): .errorRate(rule)
    case .latency(let rule): .latency(rule)
    case .ttft(let rule): .ttft(rule)
    case .costPerRequest(let rule): .costPerRequest(rule)
    case .rigSteady, .noChange: nil
    }
  }

  /// Whether it looks at calls alone, which the offline stage's own functions do.
  var isOfCalls: Bool {
    switch self {
    case .errorRate, .latency, .ttft, .costPerRequest: true
    case .complete, .rigSteady, .noRegression, .noChange: false
    }
  }

  fileprivate var parameters: [(String, JSON)] {
    switch self {
    case .rigSteady(let rule): [("delta", .double(rule.delta))]
    case .noChange(let rule):
      [
        ("epsilon", .double(rule.epsilon)), ("compare", .string(rule.compare.rawValue)), ("ignore", .array(rule.ignore.map(JSON.string))),
        ("must_match", .bool(rule.mustMatch)), ("slices", .array(rule.slices.map(JSON.string))),
      ] + (rule.judge.map { [("judge", .string($0))] } ?? [])
    case .complete, .noRegression, .errorRate, .latency, .ttft, .costPerRequest: []
    }
  }
}

/// Production, asked twice, scores alike in the mean: else the rig differs, and nothing can be trusted.
package struct RigSteadyRule: Sendable, Hashable {
  /// Twice the difference accepted; above 0, below 1.
  package var delta: Double

  package init(delta: Double = 0.05) { self.delta = delta }
}

/// The candidate disagrees with production no more than production with itself.
package struct NoChangeRule: Sendable, Hashable {
  /// The excess of disagreement accepted; above 0, below 1.
  package var epsilon: Double
  package var compare: AnswerComparison
  /// Who compares the answers under `judge`; nil under every other comparison.
  package var judge: String?
  /// Field paths that do not count, as in `meta.id` or `items[*].at`; whatever lies below them neither.
  package var ignore: [String]
  /// Whether a difference that was shown fails, rather than waits for people: refactors, quantisation, a change of provider.
  package var mustMatch: Bool
  /// Tag names: an advisory ruling for each value.
  package var slices: [String]

  package init(
    epsilon: Double = 0.05, compare: AnswerComparison = .text, judge: String? = nil, ignore: [String] = [], mustMatch: Bool = false,
    slices: [String] = []
  ) {
    self.epsilon = epsilon
    self.compare = compare
    self.judge = judge
    self.ignore = ignore
    self.mustMatch = mustMatch
    self.slices = slices
  }
}

/// What makes two answers the same.
package enum AnswerComparison: String, Sendable, CaseIterable {
  /// The text, but for runs of white space, invisible characters and the Unicode form; and the tool calls.
  case text
  /// The text read as JSON, field by field; and the tool calls.
  case json
  /// Names and arguments of the tool calls, field by field; the text does not count.
  case toolCalls = "tool-calls"
  /// As much as a judge finds them alike, from 0 to 1.
  case judge
}
