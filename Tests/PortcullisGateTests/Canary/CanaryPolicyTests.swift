import PortcullisCore
import PortcullisGate
import Testing

struct CanaryPolicyTests {
  // formats.md §6.
  @Test func theStandardPolicyIsThatOfTheFormat() {
    let policy = CanaryPolicy.standard
    #expect(policy.rules.map(\.rule) == [.noRegression(CanaryRegressionRule(margin: 0.05)), .errorRate(ErrorRateRule(max: 0.05))])
    #expect(policy.stages.allSatisfy { $0.bake == 24 } && policy.deadline == 72 && policy.onTimeout == .rollback)
    #expect(policy.rollbackMargin == 0 && policy.problem == nil && policy.isDefault)
  }

  @Test func aPolicyIsReadBackAsItWasWritten() throws {
    var full = canaryPolicy(everyCanaryRule, unit: .session(SessionLimits(requests: 7, age: 2)))
    full.rules.append(CanaryPolicyRule(.latency(LatencyRule(quantile: 0.99, limit: .absolute(.milliseconds(1500)))), advisory: true))
    full.rules.remove(at: 2)
    full.alerts.append(CanaryAlert(.latency(limit: .seconds(2)), tier: .dashboard))
    full.onTimeout = .hold
    for policy in [.standard, full] {
      #expect(policy.problem == nil)
      let read = CanaryPolicy(try JSON(parsing: policy.json.compactText))
      #expect(read == policy && read?.digest == policy.digest)
    }
    #expect(full.digest != CanaryPolicy.standard.digest)
  }

  @Test func whatCannotBeIsNamed() {
    let breaks: [(String, (inout CanaryPolicy) -> Void)] = [
      ("at least one share", { $0.stages = [] }),
      ("must rise", { $0.stages = [CanaryStage(share: 0.5, bake: 1), CanaryStage(share: 0.5, bake: 1)] }),
      ("share of the traffic", { $0.stages[0].share = 0 }), ("share of the traffic", { $0.stages[0].share = .nan }),
      ("'bake'", { $0.stages[0].bake = -1 }), ("after the deadline", { $0.stages[0].bake = 80 }),
      ("'deadline'", { $0.deadline = .infinity }),
      ("'rollback_margin'", { $0.rollbackMargin = 1 }), ("error rate", { $0.wrongFail = 0 }), ("lost scores", { $0.maxLost = 1.5 }),
      ("late window", { $0.lateWindow = -1 }), ("given twice", { $0.rules.append($0.rules[0]) }),
      ("a margin", { $0.rules = [CanaryPolicyRule(.noRegression(CanaryRegressionRule(margin: 0)))] }),
      ("only known after", { $0.rules = [CanaryPolicyRule(.noRegression(CanaryRegressionRule(slices: [.model])))] }),
      ("'max'", { $0.rules = [CanaryPolicyRule(.errorRate(ErrorRateRule(max: 0)))] }),
      ("'quantile'", { $0.rules = [CanaryPolicyRule(.latency(LatencyRule(quantile: 1, limit: .increase(0))))] }),
      ("'floor'", { $0.rules = [CanaryPolicyRule(.tail(CanaryTailRule(floor: 0)))] }),
      ("session's unit", { $0.unit = .session(SessionLimits(requests: 0)) }),
      ("alert's limit", { $0.alerts = [CanaryAlert(.noData(hours: 0), tier: .page)] }),
    ]
    for (word, breaking) in breaks {
      var policy = CanaryPolicy.standard
      breaking(&policy)
      #expect(policy.problem?.contains(word) == true, "\(word): \(policy.problem ?? "nothing")")
      if policy.deadline.isFinite, policy.stages.allSatisfy({ !$0.share.isNaN }) { #expect(CanaryPolicy(policy.json) == nil) }
    }
  }
}
