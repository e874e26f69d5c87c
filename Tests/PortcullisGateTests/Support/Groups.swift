import PortcullisCore
import PortcullisGate
import PortcullisStatistics
import Synchronization

/// What a gate takes for independent, given what `--clusters` says.
func clusterPlan(_ samples: [Sample], _ choice: ClusterChoice = .undeclared) -> ClusterPlan {
  var scan = GroupingScan()
  for sample in samples { scan.add(sample.facts) }
  return ClusterPlan(choice, suspects: scan.suspects)
}

/// The decision on cases whose ids and tags may suggest groups.
func groupedDecision(_ samples: [Sample], _ policy: Policy, _ choice: ClusterChoice = .undeclared) -> Decision {
  let run = RunFacts(arms: bothArms, plannedCases: samples.count, currency: "USD")
  return decide(
    tally(samples, policy, clusters: clusterPlan(samples, choice)).evidence(run: run), policy: policy, context: someContext)
}

func groupedRulings(_ rule: Rule, _ samples: [Sample], _ choice: ClusterChoice = .undeclared) -> [Ruling] {
  groupedDecision(samples, Policy(offline: [PolicyRule(rule)]), choice).rulings.filter { $0.rule != "run" }
}

/// Groups of cases that rise and fall together; ids are `doc-GROUP-CASE`.
///
/// Each group has a rate of losses and one of gains among the cases not lost, Beta with a + b = 3 (statistics.md §13).
func correlated(groups: Int, of size: Int, loss: Double, gain: Double, seed: UInt64) -> [Sample] {
  var random = SplitMix64(seed: seed)
  func uniform() -> Double { Double(random.next() >> 11) * 0x1p-53 }
  let (losses, gains) = (rates(mean: loss), rates(mean: gain))
  return (0..<groups).flatMap { group in
    let (lost, gained) = (losses[random.below(losses.count)], gains[random.below(gains.count)])
    return (0..<size).map { place in
      let isLost = uniform() < lost
      let isGained = !isLost && uniform() < gained
      return Sample(
        "doc-\(group)-\(place)", candidate: isLost ? "F" : "P", production: isGained ? "F" : "P",
        tags: [Case.Tag(name: "document", value: "d\(group)")])
    }
  }
}

/// 1024 values of Beta(3·mean, 3·(1 − mean)), each as likely as the others.
private func rates(mean: Double) -> [Double] {
  knownRates.withLock { known in
    if let rates = known[mean] { return rates }
    let rates = (0..<1024).map { inverseIncompleteBeta((Double($0) + 0.5) / 1024, a: 3 * mean, b: 3 * (1 - mean)) }
    known[mean] = rates
    return rates
  }
}

private let knownRates = Mutex<[Double: [Double]]>([:])
