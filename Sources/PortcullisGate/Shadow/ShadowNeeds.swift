import PortcullisCore

/// What a shadow policy needs counted.
package struct ShadowNeeds: Sendable, Hashable {
  /// How answers are compared; nil where no rule asks.
  package let change: NoChangeRule?
  /// Tags that rules name; empty where every tag of the pairs makes slices.
  let slices: [String]
  /// The rules about calls alone, as the offline stage's functions take them, with the tolerance beside them.
  let calls: Policy
  /// Whether costs are summed over clusters.
  let countsCosts: Bool
  /// Whether answers are compared by a judge's grades, rather than as the same or not.
  package var isGraded: Bool { change?.compare == .judge }

  package init(_ policy: ShadowPolicy) {
    var change: NoChangeRule?
    var slices: [String] = []
    var calls: [PolicyRule] = []
    var countsCosts = false
    for rule in policy.rules {
      switch rule.rule {
      case .complete, .errorRate, .latency, .ttft: break
      case .costPerRequest: countsCosts = true
      case .rigSteady: break
      case .noRegression(let rule): slices += rule.slices
      case .noChange(let rule):
        change = change ?? rule
        slices += rule.slices
      }
      guard let shared = rule.rule.shared, rule.rule.isOfCalls || shared.name == "complete" else { continue }
      calls.append(PolicyRule(shared, advisory: rule.advisory))
    }
    self.change = change
    self.slices = slices
    self.calls = Policy(wrongPass: policy.wrongPass, wrongFail: policy.wrongFail, offline: calls)
    self.countsCosts = countsCosts
  }
}
